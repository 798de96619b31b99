"""« Demandes », file « Pièces »: documents received, one after the other; accept, or refuse with a reason."""

from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import desk_panel
from components.ui.fields import labelled
from components.ui.markup import acting_form, tag
from components.ui.panel import Act, Answer
from components.ui.review_queue import keys_help, nothing_open, pager, ready_sentences, reason, steps
from components.ui.tables import facts
from data.core import formats
from data.core.errors import Faulty, NotYours, Refused
from data.core.fields import DATE
from data.core.unit_of_work import Visit
from data.families.models import Pupil
from data.reenrolment import participation
from data.reenrolment import review as reenrolment_review
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment.campaigns import RequiredDocument
from data.reenrolment.models import Piece, SuppliedDocument
from data.reenrolment.review_queue import Given
from pages.staff.queue import document_viewer, tabs
from pages.staff.queue import reenrolment_review as queue_reenrolment_review

PAGE = 50
KEYS = (
    ("↑ ↓", "pièce précédente, suivante"),
    ("Z", "agrandir la pièce"),
    ("V", "accepter"),
    ("R", "refuser, avec la raison écrite"),
    ("Ctrl + Entrée", "décider depuis la raison"),
    ("?", "cette aide"),
)
Row = tuple[SuppliedDocument, RequiredDocument, Pupil, int]


@dataclass
class Desk:
    """What one open page shows."""

    supplied_id: int | None = None
    skip: int = 0
    faults: dict[str, Refused] = field(default_factory=dict)
    opens_first: bool = False

    @property
    def url(self) -> str:
        return tabs.path_of("pieces", self.supplied_id)


def open_desk(v: Visit, supplied_id: int | None) -> None:
    desk = Desk(supplied_id, opens_first=supplied_id is None)
    acts = {"open": _open, "next": _step(1), "previous": _step(-1), "decide": _decide, "page": _page}
    desk_panel(v, desk, _draw, acts, [("queue", v.site_id or 0)])


def _draw(v: Visit, desk: Desk) -> Markup:
    listed = participation.waiting_documents(v, most=PAGE, skip=desk.skip)
    if desk.opens_first:
        desk.opens_first, desk.supplied_id = False, listed[0][0].id if listed else None
    total = participation.count_waiting_documents(v) if desk.skip or len(listed) == PAGE else len(listed)
    under = v.say("{count} en attente#{count} en attente", count=total)
    if listed and not desk.skip:
        age = formats.ago(listed[0][0].given_at, v.now, v.zone, v.tongue)
        under += v.say(" · la plus ancienne : {age}", age=age)
    return (
        head(v.say("Pièces reçues"), under)
        + tabs.draw(v, "pieces")
        + tag(
            "div",
            tag("section", _list(v, desk, listed, total), class_="card list-card"),
            _sheet(v, desk),
            class_="queue opened",
        )
    )


def _list(v: Visit, desk: Desk, listed: list[Row], total: int) -> Markup:
    caption = v.say("File d’attente")
    if not listed:
        words = v.say("Tout est traité : aucune pièce n’attend.")
        return tag("h2", caption, class_="unseen") + tag("p", words)
    heads = tag("tr", tag("th", tag("span", v.say("Pièce"), class_="unseen"), scope="col", class_="bare"))
    rows = [_row(v, desk, each) for each in listed]
    return tag("table", tag("caption", caption), tag("thead", heads), tag("tbody", rows)) + (
        pager(v, desk.skip, PAGE, total) or ""
    )


def _row(v: Visit, desk: Desk, each: Row) -> Markup:
    supplied, document, pupil, number = each
    current = supplied.id == desk.supplied_id
    about = f"{document.label} · {v.say('famille n° {family}', family=number)}"
    link = tag(
        "a",
        tag("span", tag("strong", pupil.full_name), tag("br"), tag("span", about, class_="soft")),
        tag("span", formats.ago(supplied.given_at, v.now, v.zone, v.tongue), class_="age"),
        href=tabs.path_of("pieces", supplied.id),
        data_do="open",
        data_of=supplied.id,
        id=f"open-{supplied.id}",
        data_open=True,
        aria_current="true" if current else None,
    )
    return tag("tr", tag("td", link), class_="current" if current else None)


def _sheet(v: Visit, desk: Desk) -> Markup:
    try:
        found = reenrolment_queue.waiting_document(v, desk.supplied_id) if desk.supplied_id else None
    except NotYours:
        return nothing_open(v.say("Cette pièce n’existe plus ou ne vous est pas accessible."))
    if found is None:
        return nothing_open(v.say("Choisissez une pièce dans la liste."))
    supplied, document, pupil, number, file = found
    given = formats.moment(supplied.given_at, v.zone, v.tongue)
    about = v.say(
        "Reçue le {moment} · dossier n° {number} · famille n° {family}",
        moment=given,
        number=pupil.number,
        family=number,
    )
    top = tag(
        "div",
        tag(
            "div",
            tag("h2", f"{document.label} – {pupil.full_name}", id="request-title", tabindex="-1"),
            tag("p", about),
        ),
        tag(
            "div",
            queue_reenrolment_review.chip(v, supplied.state, queue_reenrolment_review.PIECES_STATES),
            class_="side",
        ),
        class_="head",
    )
    size = f"{max(1, round(supplied.size / 1024))} Ko"
    piece = Given(Piece(document, supplied, supplied.state), file)
    return tag(
        "section",
        top,
        steps(v),
        facts([(v.say("Fichier"), f"{supplied.file_name} · {size}"), (v.say("Consigne"), document.hint)]),
        document_viewer.draw(v, piece, file, 1, 1, refuses=False)
        if file
        else tag("p", v.say("Le fichier n’est plus conservé.")),
        _form(v, desk, supplied) if supplied.state == "received" else _answered(v, supplied),
        class_="card request",
        aria_labelledby="request-title",
    ) + keys_help(v, KEYS)


def _form(v: Visit, desk: Desk, supplied: SuppliedDocument) -> Markup:
    fault = desk.faults.get("reason")
    ready = ready_sentences(v, "reason", "document", reenrolment_queue.READY["document"], supplied.author_id)
    told = reason(v, v.say("Raison du refus (la famille la lira)"), fault, ready, most=500)
    until = labelled(
        v,
        "piece-until",
        "Valable jusqu’au (facultatif)",
        "text",
        hint="jj/mm/aaaa",
        fault=desk.faults.get("until"),
        inputmode="numeric",
        autocomplete="off",
    )
    actions = tag(
        "div",
        _verdict(v.say("Refuser"), "R", "declined", "btn bad"),
        _verdict(v.say("Accepter"), "V", "accepted", "btn"),
        class_="actions",
    )
    return acting_form(
        told,
        tag("div", until, class_="narrow-field"),
        actions,
        do="decide",
        of=supplied.id,
        data_keep=f"piece-{supplied.id}",
    )


def _verdict(label: str, key: str, value: str, look: str) -> Markup:
    return tag(
        "button",
        label,
        " ",
        tag("kbd", key, aria_hidden="true"),
        type="submit",
        name="verdict",
        value=value,
        class_=look,
        aria_keyshortcuts=key,
    )


def _answered(v: Visit, supplied: SuppliedDocument) -> Markup:
    when = formats.moment(supplied.decided_at or v.now, v.zone, v.tongue)
    by = v.say("Décidée par {name} le {moment}.", name=supplied.decided_by, moment=when)
    return tag("div", tag("p", by), supplied.reason and tag("p", supplied.reason), class_="stack-form")


def _open(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.supplied_id, desk.faults = act.number(), {}
    return Answer(url=desk.url, focus="request-title")


def _ids(v: Visit, desk: Desk) -> list[int]:
    return [row[0].id for row in participation.waiting_documents(v, most=PAGE, skip=desk.skip)]


def _step(by: int):  # type: ignore[no-untyped-def]
    def step(v: Visit, _act: Act, desk: Desk) -> Answer:
        ids = _ids(v, desk)
        at = ids.index(desk.supplied_id) if desk.supplied_id in ids else -1 if by > 0 else len(ids)
        if 0 <= at + by < len(ids):
            desk.supplied_id, desk.faults = ids[at + by], {}
        return Answer(url=desk.url, focus="request-title")

    return step


def _page(_v: Visit, act: Act, desk: Desk) -> Answer:
    desk.skip = int(act.of) if act.of.isdecimal() and len(act.of) < 7 else 0
    return Answer(focus="request-title")


def _decide(v: Visit, act: Act, desk: Desk) -> Answer:
    """The decision; then the next one opens by itself. From the reason (Ctrl + Entrée): refused with it."""
    ids, reason = _ids(v, desk), act.values.get("reason", "")
    declined = act.values.get("verdict", "declined" if reason.strip() else "accepted") == "declined"
    try:
        if declined:
            supplied = reenrolment_review.refuse_document(v, act.number(), reason)
        else:
            supplied = reenrolment_review.validate_document(v, act.number(), expires_on=_until(v, act))
    except Faulty as faulty:
        desk.faults = faulty.faults
        return Answer(focus="piece-until" if "until" in faulty.faults else "reason")
    at = ids.index(supplied.id) if supplied.id in ids else -1
    after = [each for each in (*ids[at + 1 :], *ids[: max(at, 0)]) if each != supplied.id]
    desk.supplied_id, desk.faults = after[0] if after else None, {}
    told = v.say("La pièce est refusée.") if declined else v.say("La pièce est acceptée.")
    return Answer(toast=told, url=desk.url, focus="request-title", forget=f"piece-{supplied.id}")


def _until(v: Visit, act: Act) -> date | None:
    try:
        day: date | None = DATE.read(act.values.get("until", ""))
    except Refused as refused:
        raise Faulty({"until": refused}) from None
    if day is not None and day < v.today:
        raise Faulty({"until": Refused("Cette date est passée.")})
    return day
