"""« Courriels »: every letter and what became of it on the left, its text and why on the right; sent again, called back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import desk_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, classes, tag
from components.ui.panel import Act, Answer, only_shows
from components.ui.review_queue import pager, search_field
from data.core import fields, formats
from data.core.errors import Refused
from data.core.settings import settings
from data.core.unit_of_work import Visit
from data.mail import delivery
from data.mail.outbox import Letter
from data.office import outbox_admin
from data.office.outbox_admin import PAGE, STATES, Wanted
from pages.staff.letters import letter_one


@dataclass
class Desk:
    """What one open page shows: what is looked for, the page of the list, the letter; faults of the two days."""

    wanted: Wanted
    skip: int = 0
    letter_id: int | None = None
    faults: dict[str, Refused] | None = None

    @property
    def url(self) -> str:
        return letter_one.path_of(self.wanted, self.letter_id)


def tabs(v: Visit, current: str) -> Markup:
    """« Courriels » has two rooms."""
    pages = (("", v.say("Courriels")), ("/textes", v.say("Textes")))
    links = (
        tag("a", label, href=letter_one.PATH + path, aria_current="page" if path == current else None)
        for path, label in pages
    )
    return tag("nav", links, class_="tabs", aria_label=v.say("Courriels"))


def _day(typed: str) -> date | None:
    try:
        return fields.read_date(typed[:20])
    except Refused:
        return None


@screen(letter_one.PATH, Audience.STAFF, title="Courriels")
def letters(
    v: Visit, etat: str = "", genre: str = "", r: str = "", du: str = "", au: str = "", courriel: str = ""
) -> None:
    wanted = Wanted(etat if etat in STATES else "", genre[:40], r[:80], _day(du), _day(au))
    desk = Desk(wanted, letter_id=int(courriel) if courriel.isdecimal() and len(courriel) < 10 else None)
    acts = {
        "open": _open,
        "next": _step(1),
        "previous": _step(-1),
        "state": _state,
        "search": _search,
        "filter": _filter,
        "clear": _clear,
        "page": _page,
        "resend": _resend,
        "call-back": _call_back,
        "try": _try,
    }
    desk_panel(v, desk, _draw, acts, [("letters", v.site_id or 0)])


def _draw(v: Visit, desk: Desk) -> Markup:
    counts = outbox_admin.counts(v, desk.wanted)
    total = counts[desk.wanted.state] if desk.wanted.state else sum(counts.values())
    if desk.skip >= total:
        desk.skip = 0
    listed = outbox_admin.found(v, desk.wanted, skip=desk.skip)
    if desk.letter_id is None and listed:
        desk.letter_id = listed[0].id
    under = v.say(
        "{waiting} en attente · {trouble} en échec",
        waiting=counts["waiting"],
        trouble=counts["failed"] + counts["abandoned"],
    )
    return (
        head(
            v.say("Courriels"),
            under,
            search_field(v, desk.wanted.search, v.say("Nom, adresse ou numéro de famille"), most=80),
        )
        + tabs(v, "")
        + (_banner(v) or "")
        + _filters(v, desk)
        + tag("div", _states(v, desk, counts), class_="chips")
        + tag(
            "div",
            tag(
                "section",
                _list(v, desk, listed, total),
                class_="card list-card",
                aria_label=v.say("Liste des courriels"),
            ),
            letter_one.draw(v, desk.letter_id),
            class_="queue opened letters",
        )
    )


def _banner(v: Visit) -> Markup | None:
    """Why letters do not leave, when they do not."""
    if not settings().smtp_url:
        words = v.say("Aucun serveur d’envoi n’est réglé (SMTP_URL) : les courriels restent ici et ne partent pas.")
        return tag("div", icon("alert"), tag("p", words), class_="notice pending", role="status")
    circuit = delivery.circuit
    if circuit.failures and circuit.since:
        since = formats.moment(circuit.since, v.zone, v.tongue)
        words = v.say(
            "Le serveur d’envoi ne répond pas depuis le {moment}. Les courriels attendent et partiront d’eux-mêmes.",
            moment=since,
        )
    elif (due := outbox_admin.oldest_due(v)) is not None:
        words = v.say(
            "Des courriels auraient dû partir le {moment} : l’envoi est arrêté ou très lent.",
            moment=formats.moment(due, v.zone, v.tongue),
        )
    else:
        return None
    reason = circuit.reason and tag("p", v.say("Réponse du serveur : {reason}", reason=circuit.reason), class_="small")
    again = button(v.say("Réessayer maintenant"), do="try", class_="btn quiet small")
    return tag(
        "div", icon("alert"), tag("div", tag("p", words), reason), again, class_="notice bad spread", role="status"
    )


def _filters(v: Visit, desk: Desk) -> Markup:
    wanted, faults = desk.wanted, desk.faults or {}
    options = {"": "Tous les genres"} | {kind: letter_one.kind_of(kind) for kind in outbox_admin.kinds(v)}
    narrowed = wanted.kind or wanted.since or wanted.until
    return acting_form(
        labelled(v, "filter-genre", "Genre", "select", options=options, value=wanted.kind),
        labelled(
            v, "filter-du", "Du", "text", value=formats.day(wanted.since), fault=faults.get("du"), inputmode="numeric",
            maxlength=10, placeholder=None,
        ),
        labelled(v, "filter-au", "Au", "text", value=formats.day(wanted.until), fault=faults.get("au"), inputmode="numeric", maxlength=10),
        tag(
            "div",
            tag("button", v.say("Filtrer"), type="submit", class_="btn quiet"),
            narrowed and button(v.say("Tout afficher"), do="clear", class_="link"),
            class_="filter-acts",
        ),
        do="filter",
        of="",
        class_="sift",
        autocomplete="off",
    )  # fmt: skip


def _states(v: Visit, desk: Desk, counts: dict[str, int]) -> Markup:
    shown = {"": ("Tous", sum(counts.values()))} | {state: (STATES[state], count) for state, count in counts.items()}
    links = (
        tag(
            "a",
            f"{v.say(label)} ({count})",
            href=letter_one.path_of(replace(desk.wanted, state=state)),
            data_do="state",
            data_of=state,
            id=f"state-{state or 'all'}",
            class_="chip-link",
            aria_current="true" if state == desk.wanted.state else None,
        )
        for state, (label, count) in shown.items()
        if count or state in {"", "waiting", "sent", "failed", desk.wanted.state}
    )
    return tag("nav", links, class_="chip-links", aria_label=v.say("État"))


def _list(v: Visit, desk: Desk, listed: Sequence[Letter], total: int) -> Markup:
    caption = v.say("{count} courriel#{count} courriels", count=total)
    if not listed:
        narrowed = desk.wanted != Wanted()
        words = "Aucun courriel ne correspond." if narrowed else "Aucun courriel n’a encore été écrit."
        return tag("h2", caption, class_="unseen") + tag("p", v.say(words))
    name = v.say("Courriel")
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", tag("th", tag("span", name, class_="unseen"), scope="col", class_="bare"))),
        tag("tbody", (_row(v, desk, each) for each in listed), data_rows=True),
    ) + (pager(v, desk.skip, PAGE, total) or "")


def _row(v: Visit, desk: Desk, letter: Letter) -> Markup:
    look, drawing, words = letter_one.LOOKS[letter.state]
    current = letter.id == desk.letter_id
    state = tag("span", icon(drawing), v.say(words), class_=classes("state", look))
    link = tag(
        "a",
        tag(
            "span",
            tag("strong", letter.name or v.say("Sans nom")),
            tag("br"),
            tag("span", letter.subject.rpartition(" – ")[0] or letter.subject, class_="soft"),
        ),
        tag("span", formats.ago(letter.created_at, v.now, v.zone, v.tongue), tag("br"), state, class_="age"),
        href=letter_one.path_of(desk.wanted, letter.id),
        data_do="open",
        data_of=letter.id,
        id=f"open-{letter.id}",
        data_open=True,
        aria_current="true" if current else None,
    )
    return tag("tr", tag("td", link), class_="current" if current else None)


@only_shows
def _open(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.letter_id = act.number()
    return Answer(url=desk.url, focus="letter-title")


def _step(by: int):  # type: ignore[no-untyped-def]
    @only_shows
    def step(v: Visit, _act: Act, desk: Desk) -> Answer:
        ids = [each.id for each in outbox_admin.found(v, desk.wanted, skip=desk.skip)]
        at = ids.index(desk.letter_id) if desk.letter_id in ids else -1 if by > 0 else len(ids)
        if 0 <= at + by < len(ids):
            desk.letter_id = ids[at + by]
        return Answer(url=desk.url, focus="letter-title")

    return step


@only_shows
def _state(_v: Visit, act: Act, desk: Desk) -> Answer:
    desk.wanted = replace(desk.wanted, state=act.of if act.of in STATES else "")
    desk.skip, desk.letter_id = 0, None
    return Answer(url=desk.url, focus=f"state-{desk.wanted.state or 'all'}")


@only_shows
def _search(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.wanted = replace(desk.wanted, search=act.values.get("search", "")[:80])
    desk.skip, desk.letter_id = 0, None
    counts = outbox_admin.counts(v, desk.wanted)
    total = counts[desk.wanted.state] if desk.wanted.state else sum(counts.values())
    return Answer(say=v.say("{count} courriel#{count} courriels", count=total), url=letter_one.path_of(desk.wanted))


@only_shows
def _filter(v: Visit, act: Act, desk: Desk) -> Answer:
    days: dict[str, date | None] = {}
    desk.faults = {}
    for name in ("du", "au"):
        try:
            days[name] = fields.read_date(act.values.get(name, "")[:40])
        except Refused as refused:
            desk.faults[name] = refused
    if desk.faults:
        return Answer(focus=f"filter-{next(iter(desk.faults))}")
    kind = act.values.get("genre", "")[:40]
    desk.wanted = replace(desk.wanted, kind=kind, since=days["du"], until=days["au"])
    desk.skip, desk.letter_id = 0, None
    return Answer(url=letter_one.path_of(desk.wanted), focus="letter-title")


@only_shows
def _clear(_v: Visit, _act: Act, desk: Desk) -> Answer:
    desk.wanted, desk.skip, desk.letter_id, desk.faults = Wanted(state=desk.wanted.state), 0, None, None
    return Answer(url=letter_one.path_of(desk.wanted), focus="filter-genre")


@only_shows
def _page(_v: Visit, act: Act, desk: Desk) -> Answer:
    desk.skip, desk.letter_id = int(act.of) if act.of.isdecimal() and len(act.of) < 7 else 0, None
    return Answer(focus="letter-title")


def _resend(v: Visit, act: Act, desk: Desk) -> Answer:
    copy = outbox_admin.resend(v, act.number())
    desk.letter_id = copy.id
    return Answer(toast=v.say("Le courriel est remis en attente d’envoi."), url=desk.url, focus="letter-title")


def _call_back(v: Visit, act: Act, desk: Desk) -> Answer:
    outbox_admin.call_back(v, act.number())
    return Answer(toast=v.say("Le courriel ne partira pas."), focus="letter-title")


def _try(v: Visit, _act: Act, _desk: Desk) -> Answer:
    v.staff_only()
    delivery.try_now()
    return Answer(toast=v.say("L’envoi reprend à l’instant."), focus="letter-title")
