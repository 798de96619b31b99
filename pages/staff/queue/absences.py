"""« Demandes », file « Absences »: what families announce or justify; accept, or decline with a reason."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import desk_panel
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, tag
from components.ui.panel import Act, Answer
from components.ui.review_queue import keys_help, ready_sentences, steps
from components.ui.tables import facts
from data.core import formats
from data.core.errors import Faulty, Refused
from data.core.unit_of_work import Visit
from data.office import absence_review
from data.office.absence_review import Written
from data.schooling import absences
from pages.staff.queue import tabs

MOST = 100
STATES = {"accepted": ("good", "check", "Acceptée"), "declined": ("bad", "cross", "Refusée")}
KEYS = (
    ("↑ ↓", "demande précédente, suivante"),
    ("V", "accepter"),
    ("R", "refuser, avec le message écrit"),
    ("?", "cette aide"),
)


@dataclass
class Desk:
    """What one open page shows: the notice, the decided ones instead of the waiting; a refusal that lacks its reason."""

    notice_id: int | None = None
    closed: bool = False
    faults: dict[str, Refused] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return tabs.path_of("absences", self.notice_id, closed=self.closed)


def open_desk(v: Visit, notice_id: int | None, *, closed: bool = False) -> None:
    desk = Desk(notice_id, closed)
    acts = {"open": _open, "next": _step(1), "previous": _step(-1), "decide": _decide, "file": _file}
    desk_panel(v, desk, _draw, acts, [("queue", v.site_id or 0)])


def _draw(v: Visit, desk: Desk) -> Markup:
    listed = absence_review.queue(v, closed=desk.closed, most=MOST)
    opened = next((each for each in listed if each.notice.id == desk.notice_id), None)
    if opened is None and listed:
        opened, desk.notice_id = listed[0], listed[0].notice.id
    other = v.say("Voir ce qui attend") if desk.closed else v.say("Voir les réponses données")
    turn = button(other, do="file", of="" if desk.closed else "closed", class_="link", id="file")
    under = v.say("{count} en attente#{count} en attente", count=absence_review.count(v))
    return (
        head(v.say("Absences annoncées et justifiées"), under)
        + tabs.draw(v, "absences", tag("p", turn, class_="done"), closed="absences" if desk.closed else None)
        + tag(
            "div",
            tag("section", _list(v, desk, listed), class_="card list-card"),
            _sheet(v, desk, opened) if opened else None,
            class_="queue opened",
        )
    )


def _list(v: Visit, desk: Desk, listed: list[Written]) -> Markup:
    caption = v.say("Réponses données") if desk.closed else v.say("File d’attente")
    if not listed:
        words = (
            v.say("Aucune réponse pour l’instant.")
            if desk.closed
            else v.say("Tout est traité : aucune absence n’attend.")
        )
        return tag("h2", caption, class_="unseen") + tag("p", words)
    rows = [_row(v, each, each.notice.id == desk.notice_id) for each in listed]
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", tag("th", tag("span", v.say("Absence"), class_="unseen"), scope="col", class_="bare"))),
        tag("tbody", rows),
    )


def _row(v: Visit, each: Written, current: bool) -> Markup:
    notice = each.notice
    link = tag(
        "a",
        tag(
            "span",
            tag("strong", each.pupil.full_name),
            tag("br"),
            tag("span", f"{_kind(v, each)} · {absences.days_of(notice, v.tongue)}", class_="soft"),
        ),
        tag("span", formats.ago(notice.decided_at or notice.submitted_at, v.now, v.zone, v.tongue), class_="age"),
        href=tabs.path_of("absences", notice.id, closed=notice.decided_at is not None),
        data_do="open",
        data_of=notice.id,
        id=f"open-{notice.id}",
        data_open=True,
        aria_current="true" if current else None,
    )
    return tag("tr", tag("td", link), class_="current" if current else None)


def _kind(v: Visit, each: Written) -> str:
    return v.say("Justification") if each.notice.absence_id else v.say("Absence annoncée")


def _sheet(v: Visit, desk: Desk, each: Written) -> Markup:
    notice = each.notice
    sent = formats.moment(notice.submitted_at, v.zone, v.tongue)
    about = v.say("Envoyée le {moment} · famille n° {family}", moment=sent, family=each.family_number)
    document = (
        tag("a", icon("paper"), v.say("Voir le document"), href=f"/documents/{notice.document}", class_="link")
        if notice.document
        else ""
    )
    pairs: list[tuple[str, object]] = [
        ("Nature", _kind(v, each)),
        ("Jours", absences.days_of(notice, v.tongue)),
        ("Cours", each.course or v.say("Tous les cours")),
        ("Motif", v.say(notice.reason)),
        ("Précisions", notice.comment),
        ("Document", document),
    ]
    return tag(
        "section",
        tag("div", tag("h2", each.pupil.full_name, id="request-title", tabindex="-1"), tag("p", about, class_="soft")),
        steps(v),
        facts((v.say(label), value) for label, value in pairs),
        _form(v, desk, each) if notice.state == "pending" else _answered(v, each),
        class_="card request flow",
        aria_labelledby="request-title",
    ) + keys_help(v, KEYS)


def _form(v: Visit, desk: Desk, each: Written) -> Markup:
    decline = tag(
        "button",
        v.say("Refuser"),
        " ",
        tag("kbd", "R", aria_hidden="true"),
        type="submit",
        name="verdict",
        value="declined",
        class_="btn bad",
        aria_keyshortcuts="R",
    )
    accept = tag(
        "button",
        v.say("Accepter"),
        " ",
        tag("kbd", "V", aria_hidden="true"),
        type="submit",
        name="verdict",
        value="accepted",
        class_="btn",
        aria_keyshortcuts="V",
    )
    ready = ready_sentences(v, "absence-answer", "absence", absence_review.READY, each.notice.author_id)
    return acting_form(
        labelled(
            v,
            "absence-answer",
            "Message à la famille (obligatoire pour refuser)",
            "textarea",
            fault=desk.faults.get("answer"),
            maxlength=500,
            rows=3,
        ),
        ready,
        tag("div", decline, accept, class_="actions"),
        do="decide",
        of=each.notice.id,
        data_keep=f"notice-{each.notice.id}",
    )


def _answered(v: Visit, each: Written) -> Markup:
    look, drawing, words = STATES[each.notice.state]
    when = formats.moment(each.notice.decided_at or v.now, v.zone, v.tongue)
    by = v.say("Décidée par {name} le {moment}.", name=each.notice.decided_by, moment=when)
    return tag(
        "div",
        tag("p", tag("span", icon(drawing), v.say(words), class_=f"chip {look}"), " ", by),
        each.notice.answer and tag("p", each.notice.answer),
        class_="stack-form",
    )


def _open(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.notice_id, desk.faults = act.number(), {}
    return Answer(url=desk.url, focus="request-title")


def _file(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.closed, desk.notice_id, desk.faults = act.of == "closed", None, {}
    return Answer(url=desk.url, focus="file")


def _step(by: int):  # type: ignore[no-untyped-def]
    def step(v: Visit, _act: Act, desk: Desk) -> Answer:
        ids = [each.notice.id for each in absence_review.queue(v, closed=desk.closed, most=MOST)]
        at = ids.index(desk.notice_id) if desk.notice_id in ids else -1 if by > 0 else len(ids)
        if 0 <= at + by < len(ids):
            desk.notice_id, desk.faults = ids[at + by], {}
        return Answer(url=desk.url, focus="request-title")

    return step


def _decide(v: Visit, act: Act, desk: Desk) -> Answer:
    """The decision; then the next one opens by itself."""
    ids = [each.notice.id for each in absence_review.queue(v, most=MOST)]
    accept = act.values.get("verdict") == "accepted"
    try:
        notice = absence_review.decide(v, act.number(), accept=accept, answer=act.values.get("answer", ""))
    except Faulty as faulty:
        desk.faults = faulty.faults
        return Answer(focus="absence-answer")
    at = ids.index(notice.id) if notice.id in ids else 0
    after = [each for each in (*ids[at + 1 :], *ids[:at]) if each != notice.id]
    desk.notice_id, desk.faults = after[0] if after else None, {}
    told = v.say("L’absence est acceptée.") if accept else v.say("L’absence est refusée.")
    return Answer(toast=told, url=desk.url, focus="request-title" if after else "file", forget=f"notice-{notice.id}")
