"""What the office's queues share: the list and its rows, the one that is open and the one after, the search, pages and keys,
the last decision, a reason."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import NamedTuple, Protocol, TypeVar

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content, button, classes
from components.ui.panel import Act, Answer
from data.accounts import models as accounts
from data.core import formats, sites
from data.core.errors import NotFound, UserError
from data.core.i18n import _, translate_or_same
from data.core.unit_of_work import UnitOfWork

# Of the keys of a queue, those that do the same in several
ENLARGE = ("Z", _("agrandir la pièce"))
ACCEPT = ("V", _("accepter"))
READY = ("1 … 9", _("écrire une phrase prête"))
FROM_REASON = (_("Ctrl + Entrée"), _("décider depuis la raison"))
UNDO = ("U", _("annuler la dernière décision"))


class Addressed(Protocol):
    """What a page shows, with its address."""

    @property
    def url(self) -> str: ...


class OneByOne(Addressed, Protocol):
    """A page that opens one row after the other, and keeps what it decided last."""

    closed: bool
    decided_id: int | None

    def turn_to(self, row_id: int | None, /) -> None: ...


PageState = TypeVar("PageState")
Queue = TypeVar("Queue", bound=Addressed)
Found = TypeVar("Found")
Acts = Mapping[str, Callable[[UnitOfWork, Act, PageState], Answer | None]]


def acts_of(page_state: PageState, acts: Acts[PageState]) -> dict[str, Callable[[UnitOfWork, Act], Answer | None]]:
    return {name: _of(act, page_state) for name, act in acts.items()}


def _of(
    act: Callable[[UnitOfWork, Act, PageState], Answer | None], page_state: PageState
) -> Callable[[UnitOfWork, Act], Answer | None]:
    @wraps(act)
    def with_page_state(uow: UnitOfWork, sent: Act) -> Answer | None:
        return act(uow, sent, page_state)

    return with_page_state


def draw_list(uow: UnitOfWork, caption: str, column: str, rows: Sequence[Markup], empty: str) -> Markup:
    """The queue on the left: a caption, a column that only screen readers name, the rows; `empty` where there is none."""
    if not rows:
        return html.h2(caption, class_="unseen") + html.p(empty)
    heads = html.tr(html.th(html.span(column, class_="unseen"), scope="col", class_="bare"))
    return html.table(html.caption(caption), html.thead(heads), html.tbody(rows))


class Words(NamedTuple):
    """What a queue calls its rows (for screen readers), and says when nothing waits, or when nothing is found."""

    column: str
    done: str
    not_found: str = ""


def draw_queue(
    uow: UnitOfWork, words: Words, rows: Sequence[Markup], *, closed: bool, narrowed: bool = False
) -> Markup:
    """The list of what waits, or of what was answered."""
    none = words.not_found if narrowed else _("Aucune réponse pour l’instant.") if closed else words.done
    caption = uow.translate("Réponses données") if closed else uow.translate("File d’attente")
    return draw_list(uow, caption, uow.translate(words.column), rows, uow.translate(none))


def draw_row(
    row_id: int, href: str, name: str, about: object, age: Markup, *, current: bool, above: Markup | None = None
) -> Markup:
    """One that waits, or was answered: whose, what, since when; `above` stands over the age, beside the name, and each pair has
    a line of its own. It opens on the right (the act « open »)."""
    whose, what = html.strong(name), html.span(about, class_="soft")
    lines = html.span(
        html.span(whose, above, class_="row-line"), html.span(what, age, class_="row-line"), class_="row-lines"
    )
    link = html.a(
        lines if above else html.span(whose, html.br(), what) + age,
        href=href,
        data_do="open",
        data_of=row_id,
        id=f"open-{row_id}",
        data_open=True,
        aria_current="true" if current else None,
    )
    return html.tr(html.td(link), class_="current" if current else None)


def age_of(uow: UnitOfWork, since: datetime, *, late: bool = False) -> Markup:
    """« il y a 3 jours »."""
    return html.span(formats.ago(since, uow.now, uow.zone, uow.language), class_=classes("age", late and "old"))


def moves(turn: Callable[[UnitOfWork, Queue, int], None]) -> Acts[Queue]:
    """The acts « next » and « previous »: `turn` opens the one below (1) or above (-1)."""

    def move(by: int) -> Callable[[UnitOfWork, Act, Queue], Answer]:
        def moved(uow: UnitOfWork, _act: Act, page_state: Queue) -> Answer:
            turn(uow, page_state, by)
            return Answer(url=page_state.url, focus="request-title")

        return moved

    return {"next": move(1), "previous": move(-1)}


def open_one(_uow: UnitOfWork, act: Act, page_state: OneByOne) -> Answer:
    """The act « open »: the row that was chosen; what was decided before is left as it is."""
    page_state.turn_to(act.number())
    page_state.decided_id = None
    return Answer(url=page_state.url, focus="request-title")


def neighbour(ids: Sequence[int], current: int | None, by: int) -> int | None:
    """The one above (-1) or below (1) the open one; the open one at either end."""
    at = ids.index(current) if current in ids else -1 if by > 0 else len(ids)
    return ids[at + by] if 0 <= at + by < len(ids) else current


def following(ids: Sequence[int], decided: int) -> int | None:
    """What opens by itself after a decision: the next one, else the first of those left above."""
    at = ids.index(decided) if decided in ids else -1
    return next((each for each in (*ids[at + 1 :], *ids[: max(at, 0)]) if each != decided), None)


def keyed(key: str, *label: Content, do: str = "", **attributes: object) -> Markup:
    """A button that shows the key which presses it; `do` makes it a panel's act."""
    shown: tuple[Content, ...] = (*label, " ", html.kbd(key, aria_hidden="true")) if key else label
    attributes["aria_keyshortcuts"] = key or None
    return button(*shown, do=do, **attributes) if do else html.button(*shown, **attributes)


def verdicts(uow: UnitOfWork, declined: str, accepted: str, beside: Markup) -> Markup:
    """« Accepter » and « Refuser »: the field « verdict »; what stands `beside` them."""
    return html.div(
        keyed("V", uow.translate("Accepter"), type="submit", name="verdict", value=accepted, class_="btn"),
        keyed("R", uow.translate("Refuser"), type="submit", name="verdict", value=declined, class_="btn bad"),
        beside,
        class_="actions",
    )


def reason(uow: UnitOfWork, label: str, fault: UserError | None, ready: Markup, most: int = 500) -> Markup:
    """The field « reason » (`most` characters) with its fault, and the ready sentences that fill it."""
    return html.div(
        html.label(label, for_="reason"),
        html.textarea(
            id="reason",
            name="reason",
            maxlength=most,
            rows=2,
            placeholder=" ",  # for the stylesheet: whether something is written
            data_ready=True,
            aria_describedby="reason-fault" if fault else None,
            aria_invalid="true" if fault else None,
        ),
        fault and html.p(icon("alert"), html.span(fault.message(uow.language)), id="reason-fault", class_="fault"),
        ready,
        class_=classes("field", fault and "faulty"),
    )


def ready_sentences(uow: UnitOfWork, field: str, key: str, ours: Iterable[str], reader: int) -> Markup:
    """A button for each sentence (data/core/sites.py, refusals), which writes it into the field. `reader`: the account it is for."""
    language = accounts.language_of(uow, reader)
    foreign = language if language != uow.language else None
    buttons = [
        keyed(str(at) if at < 10 else "", html.span(each), type="button", data_fills=field, lang=foreign)
        for at, each in enumerate(sites.refusals(sites.here(uow), key, ours, language), start=1)
    ]
    return html.div(buttons, class_="ready", role="group", aria_label=uow.translate("Raisons prêtes"))


def waiting(uow: UnitOfWork, count: int, oldest: datetime | None) -> str:
    """« 12 en attente · la plus ancienne : il y a 3 jours »."""
    text = uow.ngettext("{count} en attente", "{count} en attente", count=count)
    if oldest is None:
        return text
    age = formats.ago(oldest, uow.now, uow.zone, uow.language)
    return text + uow.translate(" · la plus ancienne : {age}", age=age)


def other_file(uow: UnitOfWork, *, closed: bool) -> Markup:
    """From what waits to what was answered, and back (the act « file »)."""
    other = uow.translate("Voir ce qui attend") if closed else uow.translate("Voir les réponses données")
    return html.p(button(other, do="file", of="" if closed else "closed", class_="link", id="file"), class_="done")


def search_field(uow: UnitOfWork, typed: str, hint: str, most: int = 60) -> Markup:
    """The field of the act « search », at most `most` characters."""
    field = html.input(
        id="search",
        name="search",
        type="search",
        value=typed,
        data_search="search",
        maxlength=most,
        autocomplete="off",
        aria_describedby="search-hint",
    )
    below = html.span(hint, id="search-hint", class_="hint")
    return html.div(html.label(uow.translate("Rechercher"), for_="search"), field, below, class_="field")


def steps(uow: UnitOfWork) -> Markup:
    """The keys of a queue, as buttons: what can be pressed can also be seen."""
    return html.div(
        button("↑ ", uow.translate("Précédente"), do="previous", class_="link", aria_keyshortcuts="ArrowUp"),
        button("↓ ", uow.translate("Suivante"), do="next", class_="link", aria_keyshortcuts="ArrowDown"),
        keyed(
            "?", icon("keyboard"), " ", uow.translate("Clavier"), type="button", class_="link", data_opens="keys-help"
        ),
        class_="steps",
    )


def keys_help(uow: UnitOfWork, keys: Iterable[tuple[str, str]]) -> Markup:
    """The dialog of « Clavier »: each key and what it does; single keys can be switched off."""
    listed = (
        html.dt(html.kbd(translate_or_same(key, uow.language))) + html.dd(uow.translate(text))
        for key, text in (*keys, ("/", _("chercher une famille")), ("?", _("cette aide")))
    )
    box = html.input(type="checkbox", data_keys=True, checked=True)
    ok = html.button(uow.translate("OK"), type="button", class_="btn", data_closes=True, autofocus=True)
    return html.dialog(
        html.h2(uow.translate("Raccourcis clavier"), id="keys-title"),
        html.dl(listed, class_="keys"),
        html.label(box, uow.translate("Raccourcis d’une seule touche"), class_="check"),
        html.div(ok, class_="actions"),
        id="keys-help",
        aria_labelledby="keys-title",
    )


def answered(uow: UnitOfWork, name: str, at: datetime | None, undo: object) -> Markup:
    """Who decided and when, the button that takes it back (`undo`: of what; None: no longer), and the steps."""
    when = formats.moment(at or uow.now, uow.zone, uow.language)
    by = uow.translate("Décidée par {name} le {moment}.", name=name, moment=when)
    return html.div(html.p(by, class_="first soft"), undo and undo_button(uow, undo), steps(uow), class_="actions")


def taken_back(page_state: OneByOne, row_id: int, text: str) -> Answer:
    """After the act « undo »: what waits again is open."""
    page_state.closed, page_state.decided_id = False, None
    page_state.turn_to(row_id)
    return Answer(announce=text, url=page_state.url, focus="request-title")


def undo_button(uow: UnitOfWork, of: object) -> Markup:
    """« Annuler la décision », of what was answered."""
    return button(icon("undo"), uow.translate("Annuler la décision"), do="undo", of=of, class_="btn quiet")


def just_decided(uow: UnitOfWork, text: str, of: object) -> Markup | None:
    """What was decided a moment ago can be taken back at once. It has its place beside the tabs: nothing jumps."""
    if of is None:
        return None
    undo = button(
        icon("undo"),
        uow.translate("Annuler la décision"),
        do="undo",
        of=of,
        class_="link",
        aria_keyshortcuts="U",
        id="undo-last",
    )
    return html.p(icon("check"), html.span(text), undo, html.kbd("U", aria_hidden="true"), class_="done")


def seen_by(uow: UnitOfWork, name: str) -> Markup | None:
    """A colleague of that name has it open; nothing without a name."""
    text = uow.translate("{name} a aussi cette demande ouverte.", name=name)
    return html.div(icon("person"), html.p(text), class_="notice pending") if name else None


def draw_opened(
    opened: int | None,
    find: Callable[[int], Found | None],
    draw: Callable[[Found], Markup],
    *,
    gone: str,
    choose: str,
    title_id: str = "request-title",
) -> Markup:
    """The right half of the queue: what is open; `choose` when nothing is, `gone` when it is not there."""
    try:
        found = find(opened) if opened else None
    except NotFound:
        return nothing_open(gone, title_id)
    return nothing_open(choose, title_id) if found is None else draw(found)


def draw_head(title: str, *under: Markup, side: Markup, title_id: str = "request-title") -> Markup:
    """The head of what is open: its title, the lines under it, how it stands."""
    text = html.div(html.h2(title, id=title_id, tabindex="-1"), under)
    return html.div(text, html.div(side, class_="side"), class_="head")


def nothing_open(text: str, title_id: str = "request-title") -> Markup:
    """The place of a request, when none is open."""
    return html.section(html.h2(text, id=title_id, tabindex="-1", class_="plain"), class_="card request")
