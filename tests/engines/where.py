"""Where a person looks or presses: by role, name and words, found anew by the page itself each time it is asked."""

import json
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Where:
    css: str
    name: str = ""  # as it is announced: a part of it, spaces folded; whole where `exact`
    words: str = ""  # what is written there, a part of it
    exact: bool = False
    at: int = 0  # the how-manieth of those that are seen; -1 is the last
    within: "Where | None" = None
    hidden: bool = False  # also what is not drawn: a box of files behind its label

    def inside(self, outer: "Where") -> "Where":
        return replace(self, within=replace(outer))

    def nth(self, at: int) -> "Where":
        return replace(self, at=at)

    @property
    def last(self) -> "Where":
        return self.nth(-1)

    def __str__(self) -> str:
        shown = " ".join(filter(None, (self.css.split(",")[0], self.name or self.words)))
        return f"« {shown} »" + (f" in {self.within}" if self.within else "")

    @property
    def asked(self) -> str:
        return json.dumps(asdict(self))


def button(name: str, **more: bool) -> Where:
    return Where("button, [role=button], input[type=submit], summary", name, **more)


def link(name: str, **more: bool) -> Where:
    return Where("a[href]", name, **more)


def field(name: str, **more: bool) -> Where:
    return Where("input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), textarea, select", name, **more)


def box(name: str, **more: bool) -> Where:
    """What is ticked or chosen."""
    return Where("input[type=checkbox], input[type=radio]", name, **more)


def files(name: str) -> Where:
    return Where("input[type=file]", name, hidden=True)


def heading(words: str = "") -> Where:
    return Where("h1, h2, h3", words=words)


def dialog(words: str = "") -> Where:
    return Where("dialog[open], [role=dialog]", words=words)


def css(selector: str, words: str = "") -> Where:
    return Where(selector, words=words)


def hidden(selector: str, words: str = "") -> Where:
    return Where(selector, words=words, hidden=True)


def words(text: str) -> Where:
    """The innermost that has it."""
    return Where("*", words=text)


# What the page runs: every element that fits, those seen first to last. Names as they are computed for labels, legends and words.
FIND = r"""
  const folded = text => (text ?? '').replace(/\s+/g, ' ').trim();
  const named = e => {
    const ids = e.getAttribute('aria-labelledby');
    if (ids) return folded(ids.split(/\s+/).map(id => document.getElementById(id)?.textContent).join(' '));
    if (e.ariaLabel) return folded(e.ariaLabel);
    if (e.labels?.length) return folded([...e.labels].map(l => l.textContent).join(' '));
    return folded(e.textContent) || folded(e.alt || e.title || e.value);
  };
  const find = where => {
    const [root] = where.within ? pick(where.within) : [document];
    if (!root) return [];
    const innermost = where.css === '*';
    const says = e => folded(innermost ? e.textContent : e.innerText ?? e.textContent).includes(folded(where.words));
    const fits = e => (!where.name || (where.exact ? named(e) === folded(where.name) : named(e).includes(folded(where.name))))
      && (!where.words || says(e));
    const seen = e => where.hidden || e.checkVisibility({visibilityProperty: true});
    const found = [...root.querySelectorAll(where.css)].filter(fits);
    return found.filter(e => seen(e) && !(innermost && found.some(other => other !== e && e.contains(other))));
  };
  const pick = where => { const found = find(where), one = where.at < 0 ? found.at(where.at) : found[where.at]; return one ? [one] : []; };
"""


def of(body: str) -> str:
    """A function of the page: `(where, …values) => body`, that has `find`, `pick` and `folded`."""
    return f"(where, ...values) => {{ {FIND} {body} }}"
