"""The whole stylesheet, with what the modes of « Accessibilité » need written out from what is said once; and lighter ones for
pages on which no mode was chosen, as nearly all are.

- A layer that can be chosen, `:root[data-theme="dark"] {…}`, is also shown when the device asks for it and nothing was chosen.
- The narrow layout is for narrow screens: an A4 page is narrow too, and its lists stay tables.
- A text twice as large needs the narrow layout on a screen twice as wide: each `@media (max-width: 760px)` is repeated for
  each size, and for the simple layout, which is the narrow one at any width.
"""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

SIZES = (125, 150, 175, 200)
ASKED = {
    '[data-theme="dark"]': "(prefers-color-scheme: dark)",
    '[data-contrast="more"]': "(prefers-contrast: more)",
    '[data-motion="none"]': "(prefers-reduced-motion: reduce)",
}
NARROW, WIDE = re.compile(r"max-width: (\d+)px"), re.compile(r"max-width: (\d+)rem")
CHOSEN = re.compile(r":root(:is\()?\[data-")  # the selector of a page that wears a mode
PAPER = ("@media print", "@page")
FUNCTION = re.compile(r":([\w-]+)\(")
NAMES = re.compile(
    r"[.#]([a-zA-Z][\w-]*)|(?:^|[ >+~])(table|tr|t[dh]|thead|tbody|tfoot|caption|progress|kbd|figure|figcaption)\b"
)
SPACED = ":is([data-letters], [data-font])"  # words half as long again: a list becomes cards sooner


def whole(style: str) -> str:
    written = "\n".join(text for head, body in blocks(_bare(style)) for text in _written(head, body))
    return _measured(written)


def _bare(style: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", style, flags=re.S))


def _measured(rules: str) -> str:
    """Widths of the window in letters."""
    return re.sub(r"@media[^{]*", lambda head: NARROW.sub(_in_letters, head[0]), rules)


def _in_letters(width: re.Match[str]) -> str:
    """A browser whose own letters are larger meets the narrow layout sooner too."""
    return f"max-width: {int(width[1]) / 16:g}em"


def blocks(style: str) -> Iterator[tuple[str, str]]:
    """(what stands before the brace, what is in it) of each rule at the top."""
    depth, start, head = 0, 0, ""
    for at, char in enumerate(style):
        if char == "{":
            depth += 1
            if depth == 1:
                head, start = style[start:at].strip(), at + 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                yield head, style[start:at].strip()
                start = at + 1


def _written(head: str, body: str) -> Iterator[str]:
    if head.startswith("@media (max-width"):
        head = head.replace("@media (", "@media screen and (")
    written = f"{head} {{ {body} }}"
    yield _on_screen(written) if head.startswith("@container") and WIDE.search(head) else written
    if head.startswith(":root[") and any(each in head for each in ASKED):
        yield from _as_asked(head, body)
    elif head.startswith("@media") and (found := NARROW.search(head)):
        for size in SIZES:
            wider = NARROW.sub(f"max-width: {int(found[1]) * size // 100}px", head)
            scaled = _under(f'[data-size="{size}"]', body)
            yield f"{wider} {{ {scaled} }}"
        yield _on_screen(_under('[data-layout="simple"]', body))
    elif head.startswith("@container") and WIDE.search(head):
        wider = WIDE.sub(lambda found: f"max-width: {int(found[1]) * 3 // 2}rem", head)
        yield _on_screen(f"{wider} {{ {_under(SPACED, body)} }}")
        yield _on_screen(_under('[data-layout="simple"]', body))


def _on_screen(rules: str) -> str:
    return f"@media screen {{ {rules} }}"


def _as_asked(head: str, body: str) -> Iterator[str]:
    """The layer once more for each way the device can ask for what was not chosen."""
    there = [each for each in ASKED if each in head]
    for count in range(1, len(there) + 1):
        for asked in combinations(there, count):
            selector = head
            for each in asked:
                selector = selector.replace(each, f":not([{each[1:-1].split('=')[0]}])")
            yield f"@media {' and '.join(ASKED[each] for each in asked)} {{ {selector} {{ {body} }} }}"


def _under(mode: str, rules: str) -> str:
    """The rules, for pages that wear this mode; no heavier than they were."""
    return " ".join(
        f"{', '.join(f':where(:root{mode}) {each}' for each in _selectors(head))} {{ {body} }}"
        for head, body in blocks(rules)
    )


def _selectors(head: str) -> list[str]:
    """The selectors of a list; a comma inside brackets divides nothing."""
    found, depth = [""], 0
    for char in head:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and not depth:
            found.append("")
        else:
            found[-1] += char
    return [each.strip() for each in found]


def unchosen(style: str) -> tuple[str, str]:
    """(for the screen, for paper) of a page on which nothing was chosen: without what only a chosen mode shows."""
    rules = [rule for head, body in blocks(_bare(style)) for rule in _unchosen(head, body)]
    paper = [rule for rule in rules if rule.startswith(PAPER)]
    screen = "".join(rule for rule in rules if not rule.startswith(PAPER))
    return _measured(screen), "".join(paper)


def _unchosen(head: str, body: str) -> Iterator[str]:
    if head.startswith("@media (max-width"):
        head = head.replace("@media (", "@media screen and (")
    if (head, "OpenDyslexic" in body) != ("@font-face", True) and (written := _kept(head, body, _not_of_a_mode)):
        yield f"@media screen{{{written}}}" if head.startswith("@container") and WIDE.search(head) else written
    if head.startswith(":root[") and any(each in head for each in ASKED):
        # All that its selector names: the device asks for all of it.
        asked, layer = next(blocks(list(_as_asked(head, body))[-1]))
        yield f"{asked}{{{''.join(f'{selector}{{{_tight(inner)}}}' for selector, inner in blocks(layer))}}}"


def _not_of_a_mode(selector: str) -> bool:
    return CHOSEN.search(selector) is None


class _Rule(NamedTuple):
    """`selectors`: none for a rule without any (@font-face); `inner`: the rules within it."""

    head: str
    body: str
    selectors: Sequence[str] = ()
    inner: Sequence["_Rule"] = ()


@lru_cache(maxsize=8)
def _rules(style: str) -> tuple[_Rule, ...]:
    found = []
    for head, body in blocks(style):
        if head.startswith(("@media", "@container")):
            found.append(_Rule(head, "", inner=_rules(body)))
        else:
            found.append(_Rule(head, _tight(body), [] if head.startswith("@") else _selectors(head)))
    return tuple(found)


def narrowed(style: str, names: Container[str]) -> str:
    """Of a stylesheet of `unchosen`, what a page needs whose classes, ids and tags of tables are all among `names`."""
    return "".join(_narrowed(rule, names) for rule in _rules(style))


def _narrowed(rule: _Rule, names: Container[str]) -> str:
    if rule.inner:
        inner = "".join(_narrowed(each, names) for each in rule.inner)
        return f"{rule.head}{{{inner}}}" if inner else ""
    kept = [each for each in rule.selectors if _may_meet(each, names)] if rule.selectors else [rule.head]
    return f"{','.join(kept)}{{{rule.body}}}" if kept else ""


def names_in(style: str) -> frozenset[str]:
    """The classes, ids and tags of tables that its selectors name, all of them."""
    return frozenset(name or tag for name, tag in NAMES.findall(re.sub(r"\{[^{}]*\}", " ", style)))


def _kept(head: str, body: str, keeps: Callable[[str], bool]) -> str:
    """The rule with those of its selectors that `keeps` wants; "" when none is left."""
    if head.startswith(("@media", "@container")):
        inner = "".join(_kept(*each, keeps) for each in blocks(body))
        return f"{head}{{{inner}}}" if inner else ""
    kept = [head] if head.startswith("@") else [each for each in _selectors(head) if keeps(each)]
    return f"{','.join(kept)}{{{_tight(body)}}}" if kept else ""


def _may_meet(selector: str, names: Container[str]) -> bool:
    """Whether such a page can hold what the selector asks for."""
    own, groups = _asked(selector)
    return all(name in names for name in own) and all(any(_may_meet(each, names) for each in group) for group in groups)


@lru_cache(maxsize=10_000)
def _asked(selector: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The names that must all be there, and groups of selectors of which one must be met; what may not be (`:not`) is not looked at."""
    flat, at, groups = "", 0, []
    while found := FUNCTION.search(selector, at):
        flat, end, depth = flat + selector[at : found.start()], found.end(), 1
        while depth:
            depth += {"(": 1, ")": -1}.get(selector[end], 0)
            end += 1
        if found[1] in {"is", "where", "has"}:
            groups.append(tuple(_selectors(selector[found.end() : end - 1])))
        at = end
    return tuple(name or tag for name, tag in NAMES.findall(flat + selector[at:])), tuple(groups)


def _tight(rules: str) -> str:
    return re.sub(r"\s*([{};]|, )\s*", lambda found: found[1].strip(), rules).removesuffix(";")
