"""A re-enrolment request: what is asked, its documents beside their verdicts, the one that is shown, the decision."""

from typing import Protocol

from markupsafe import Markup

from components.ui.icons import icon
from components.ui.markup import acting_form, button, classes, join, tag
from components.ui.review_queue import keys_help, nothing_open, ready_sentences, reason, seen_by, steps
from components.ui.tables import facts, table
from data.core import edit_presence, formats, sites
from data.core.errors import NotYours, Refused
from data.core.unit_of_work import Visit
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment.models import Discipline
from data.reenrolment.review_queue import Given, Sheet
from pages.staff.queue import document_viewer

WAYS = {
    "administrative": "Réinscription administrative",
    "courses": "Cursus et disciplines",
    "leaving": "Ne se réinscrit pas",
}
STATES = {
    "submitted": ("pending", "clock", "En attente"),
    "to_correct": ("bad", "undo", "À corriger"),
    "validated": ("good", "check", "Validée"),
    "refused": ("bad", "cross", "Refusée"),
    "draft": ("", "paper", "Brouillon"),
    "silent": ("", "info", "Sans réponse"),
}
PIECES_STATES = {
    "missing": ("", "info", "À fournir"),
    "received": ("pending", "clock", "Reçue"),
    "validated": ("good", "check", "Validée"),
    "refused": ("bad", "cross", "Refusée"),
    "expired": ("bad", "alert", "Expirée"),
}
DONE = {
    "validated": "La réinscription est validée.",
    "to_correct": "La demande est renvoyée à la famille, à corriger.",
    "refused": "La demande est refusée.",
}
KEYS = (
    ("↑ ↓", "demande précédente, suivante"),
    ("N", "pièce suivante"),
    ("Z", "agrandir la pièce"),
    ("V", "valider la demande et toutes ses pièces"),
    ("R", "refuser la pièce affichée, puis donner la raison"),
    ("C", "renvoyer à la famille, à corriger"),
    ("Ctrl + Entrée", "décider depuis la raison"),
    ("U", "annuler la dernière décision"),
    ("?", "cette aide"),
)


class Shows(Protocol):
    """What the page remembers of a request while it is read."""

    shown: int | None
    declined: set[int]
    faults: dict[str, Refused]


def chip(v: Visit, state: str, states: dict[str, tuple[str, str, str]] = STATES) -> Markup:
    look, drawing, words = states[state]
    return tag("span", icon(drawing), v.say(words), class_=classes("chip", look))


def with_files(sheet: Sheet) -> list[int]:
    """The documents that can be looked at, in their order."""
    return [each.piece.supplied.id for each in sheet.documents if each.file and each.piece.supplied]


def shown_document(sheet: Sheet, shown: int | None) -> Given | None:
    """The one that was asked for, otherwise the first that waits, otherwise the first."""
    there = [each for each in sheet.documents if each.file and each.piece.supplied]
    wanted = [each for each in there if each.piece.supplied and each.piece.supplied.id == shown]
    return next(iter(wanted or [each for each in there if each.waits] or there), None)


def draw(v: Visit, sent_id: int | None, desk: Shows) -> Markup:
    """The right half of the queue; words when nothing is chosen or the request is not there."""
    try:
        sheet = reenrolment_queue.sheet(v, sent_id) if sent_id else None
    except NotYours:
        return nothing_open(v.say("Cette demande n’existe plus ou ne vous est pas accessible."))
    if sheet is None:
        return nothing_open(v.say("Choisissez une demande dans la liste."))
    sent = sheet.sent
    asked = formats.moment(sent.submitted_at, sites.here(v).zone, v.tongue)
    under = v.say("{campaign} · envoyée le {moment}", campaign=sheet.campaign.title, moment=asked)
    about = v.say("Dossier n° {number} · famille n° {family}", number=sheet.pupil.number, family=sheet.family_number)
    title = tag("h2", sheet.pupil.full_name, id="request-title", tabindex="-1")
    by = f"{about} · {sheet.author}" if sheet.author else about
    top = tag(
        "div",
        tag("div", title, tag("p", under), tag("p", by, class_="soft small")),
        tag("div", chip(v, sent.state), class_="side"),
        class_="head",
    )
    return tag(
        "section",
        top,
        steps(v),
        seen_by(v, edit_presence.colleague(v, sheet.sent) if sheet.sent.state == "submitted" else ""),
        _asked(v, sheet),
        _form(v, sheet, desk) if sent.state == "submitted" else _answered(v, sheet, desk),
        class_="card request",
        aria_labelledby="request-title",
    ) + keys_help(v, KEYS)


def _asked(v: Visit, sheet: Sheet) -> Markup:
    wish, leaving = sheet.wish, sheet.sent.way == "leaving"
    pairs: list[tuple[str, object]] = [(v.say("Demande"), tag("strong", v.say(WAYS[sheet.sent.way])))]
    if wish and leaving:
        pairs += [(v.say("Motif"), v.say(wish.reason) if wish.reason else ""), (v.say("Précisions"), wish.precision)]
    if wish:
        pairs.append((v.say("Demandes complémentaires"), wish.message and tag("span", wish.message, class_="said")))
    chosen = set(sheet.sent.chosen)
    lines = [line for line in sheet.disciplines if line.active or line.enrolment.id in chosen]
    courses = (
        table(
            v.say("Cours demandés"),
            [v.say(each) for each in ("Cours", "Enseignant", "Cycle", "Réinscription")],
            [_course(v, line, sheet, chosen) for line in lines],
        )
        if lines and not leaving
        else None
    )
    return tag("div", facts(pairs), courses, class_="asked")


def _course(v: Visit, line: Discipline, sheet: Sheet, chosen: set[int]) -> tuple[object, ...]:
    wanted = line.active if sheet.sent.way == "administrative" else line.enrolment.id in chosen
    said = (
        tag("span", icon("check"), v.say("Oui"), class_="chip good")
        if wanted
        else tag("span", v.say("Non"), class_="soft")
    )
    return line.course.name, line.teacher_name, line.course.cycle, said


def _form(v: Visit, sheet: Sheet, desk: Shows) -> Markup:
    sent = sheet.sent
    fault = desk.faults.get("reason")
    told = reason(
        v,
        v.say("Raison (obligatoire pour refuser ou renvoyer à corriger ; la famille la lira)"),
        fault,
        ready_sentences(v, "reason", "reenrolment", reenrolment_queue.READY["reenrolment"], sheet.sent.author_id),
        most=800,
    )
    actions = tag(
        "div",
        _outcome(v.say("Refuser la demande"), "", "refused", "btn bad first"),
        _outcome(v.say("À corriger"), "C", "to_correct", "btn quiet"),
        _outcome(v.say("Valider"), "V", "validated", "btn"),
        class_="actions",
    )
    return _documents(v, sheet, desk, open_=True) + acting_form(
        tag("input", type="hidden", name="version", value=sent.version),
        told,
        actions,
        do="decide",
        of=sent.id,
        data_keep=f"reenrolment-{sent.id}",
        id="request-form",
    )


def _outcome(label: str, key: str, value: str, look: str) -> Markup:
    shown = tag("kbd", key, aria_hidden="true") if key else None
    return tag(
        "button",
        label,
        " " if key else None,
        shown,
        type="submit",
        name="outcome",
        value=value,
        class_=look,
        aria_keyshortcuts=key or None,
    )


def _documents(v: Visit, sheet: Sheet, desk: Shows, *, open_: bool) -> Markup:
    if not sheet.documents:
        return tag("p", v.say("Aucune pièce n’est demandée pour cet élève."), class_="soft")
    shown = shown_document(sheet, desk.shown)
    lines = [_document(v, each, desk, current=each is shown, open_=open_) for each in sheet.documents]
    heads = (v.say("Pièce"), v.say("Décision"))
    missing = (
        tag(
            "div",
            icon("alert"),
            tag("p", v.say("Il manque : {names}.", names=", ".join(sheet.missing))),
            class_="notice pending",
        )
        if sheet.missing and sheet.sent.state == "submitted"
        else None
    )
    listed = tag(
        "table",
        tag("caption", v.say("Pièces")),
        tag("thead", tag("tr", (tag("th", each, scope="col") for each in heads))),
        tag("tbody", lines),
        class_="pieces",
    )
    ids = with_files(sheet)
    place = ids.index(shown.piece.supplied.id) + 1 if shown and shown.piece.supplied else 0
    looked_at = document_viewer.draw(v, shown, shown.file, place, len(ids)) if shown and shown.file else None
    return join([missing, tag("div", listed, looked_at, class_="pieces-row")])


def _document(v: Visit, each: Given, desk: Shows, *, current: bool, open_: bool) -> Markup:
    supplied = each.piece.supplied
    name: object = tag("strong", each.piece.document.label)
    if supplied and each.file:
        name = button(
            each.piece.document.label,
            do="show",
            of=supplied.id,
            class_="link",
            aria_pressed="true" if current else "false",
        )
    size = f"{max(1, round(supplied.size / 1024))} Ko" if supplied else ""
    about = tag("span", f"{supplied.file_name} · {size}", class_="soft small") if supplied else None
    optional = None if each.piece.document.required else tag("span", v.say("facultative"), class_="soft small")
    reason = tag("p", supplied.reason, class_="small") if supplied and supplied.reason else None
    verdict = _verdict(v, each, desk) if open_ and each.waits and supplied else None
    return tag(
        "tr",
        tag("th", name, tag("br") if about or optional else None, about, optional, scope="row"),
        tag("td", verdict or chip(v, each.piece.state, PIECES_STATES), reason),
        class_="current" if current else None,
    )


def _verdict(v: Visit, each: Given, desk: Shows) -> Markup:
    supplied = each.piece.supplied
    number = supplied.id if supplied else 0
    declined = number in desk.declined

    def option(value: str, drawing: str, words: str, checked: bool) -> Markup:
        mark = tag(
            "input",
            type="radio",
            name=f"verdict-{number}",
            value=value,
            checked=checked,
            data_change="mark",
            data_of=number,
            id=f"verdict-{number}-{value}",
        )
        return tag("label", mark, icon(drawing), words)

    return tag(
        "div",
        option("accepted", "check", v.say("Accepter"), not declined),
        option("declined", "cross", v.say("Refuser"), declined),
        class_="verdict",
        role="radiogroup",
        aria_label=v.say("Décision pour {field}", field=each.piece.document.label),
    )


def _answered(v: Visit, sheet: Sheet, desk: Shows) -> Markup:
    sent = sheet.sent
    when = formats.moment(sent.decided_at or v.now, v.zone, v.tongue)
    by = v.say("Décidée par {name} le {moment}.", name=sent.decided_by, moment=when)
    answer = tag("p", sheet.wish.answer, class_="said") if sheet.wish and sheet.wish.answer else None
    undo = (
        button(icon("undo"), v.say("Annuler la décision"), do="undo", of=sent.id, class_="btn quiet")
        if reenrolment_queue.may_undo(v, sent)
        else None
    )
    asked = (
        tag(
            "p",
            v.say(
                "{count} inscription demandée pour l’an prochain.#{count} inscriptions demandées pour l’an prochain.",
                count=len(sent.made),
            ),
        )
        if sent.made
        else None
    )
    return (
        _documents(v, sheet, desk, open_=False)
        + join([answer, asked])
        + tag("div", tag("p", by, class_="first soft"), undo, class_="actions")
    )
