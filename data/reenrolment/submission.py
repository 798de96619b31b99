"""What a family does with its request: tick, write, send. Each change is kept at once; sending asks for all that is due."""

from collections.abc import Iterable, Mapping

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import audit, formats
from data.core.errors import UserError, ValidationErrors
from data.core.fields import tidy_lines
from data.core.i18n import as_language, pair, translate
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.mail import outbox
from data.reenrolment import models as reenrolment
from data.reenrolment.models import Reenrolment, ReenrolmentState, Situation, Way, Wish

MAX_TEXT_LENGTH = 2000
LEAVING = (
    "Déménagement",
    "Emploi du temps",
    "Arrêt de la pratique",
    "Autre établissement",
    "Raison financière",
    "Autre",
)


def choose(uow: UnitOfWork, pupil: Pupil, campaign_id: int, way: str, chosen: Iterable[int] = ()) -> Wish:
    """One of the three ways, each of which undoes the others; « courses » with the enrolments ticked, none of them being
    no way at all. UserError when this household may not; enrolments of others are not taken."""
    now = _writable(uow, pupil, campaign_id)
    if way not in {"", *reenrolment.WAYS} or (way == Way.ADMINISTRATIVE and not now.campaign.administrative):
        raise UserError("Choisissez dans la liste.")
    known = {each.enrolment.id for each in now.disciplines}
    ticked = sorted(known.intersection(chosen)) if way == Way.COURSES else []
    wish = _wish(uow, now)
    wish.way, wish.chosen = ("" if way == Way.COURSES and not ticked else way), ticked
    return _stored(uow, now, wish)


def write(uow: UnitOfWork, pupil: Pupil, campaign_id: int, typed: Mapping[str, object]) -> Wish:
    """`message`, `reason`, `precision` as far as they are given. ValidationErrors when a text is too long."""
    now = _writable(uow, pupil, campaign_id)
    wish = _wish(uow, now)
    for name, value in _typed_texts(typed).items():
        setattr(wish, name, value)
    return _stored(uow, now, wish)


def _typed_texts(typed: Mapping[str, object]) -> dict[str, str]:
    sentence: dict[str, str] = {}
    faults: dict[str, UserError] = {}
    for name, most in (("message", MAX_TEXT_LENGTH), ("precision", 500)):
        if isinstance(text := typed.get(name), str):
            sentence[name] = tidy_lines(text)
            if len(sentence[name]) > most:
                faults[name] = UserError("Ce texte est trop long : {most} caractères au plus.", most=most)
    if isinstance(reason := typed.get("reason"), str):
        if reason and reason not in LEAVING:
            faults["reason"] = UserError("Choisissez un motif.")
        sentence["reason"] = reason
    if faults:
        raise ValidationErrors(faults)
    return sentence


def _writable(uow: UnitOfWork, pupil: Pupil, campaign_id: int) -> Situation:
    """The situation, locked; UserError with the reason when this household may not write."""
    now = reenrolment.locked(uow, pupil, campaign_id)
    if now.closed_because:
        raise now.closed_because
    return now


def _wish(uow: UnitOfWork, now: Situation) -> Wish:
    return now.wish or Wish(
        site_id=now.pupil.site_id,
        family_id=uow.family_id,
        campaign_id=now.campaign.id,
        pupil_id=now.pupil.id,
        author_id=uow.account_id or 0,
        changed_at=uow.now,
    )


def _stored(uow: UnitOfWork, now: Situation, wish: Wish) -> Wish:
    wish.changed_at, wish.author_id = uow.now, uow.account_id or 0
    uow.add(wish)
    reenrolment.announce(uow, now.pupil.site_id, uow.family_id, now.pupil.id)
    return wish


def submit(uow: UnitOfWork, pupil: Pupil, campaign_id: int, typed: Mapping[str, object]) -> Reenrolment:
    """« Valider »: what was typed, then the request, its letter and the journal's line, together. Sent twice, it is one.

    ValidationErrors names what is missing, in the page's order: `way`, `reason`, `precision`, `documents`, `message`.
    """
    now = reenrolment.locked(uow, pupil, campaign_id)
    if now.sent and now.mine and now.sent.state == ReenrolmentState.SUBMITTED:
        return now.sent  # a second click, a reload, the other tab
    if now.closed_because:
        raise now.closed_because
    wish = _wish(uow, now)
    for name, value in _typed_texts(typed).items():
        setattr(wish, name, value)
    if faults := missing(now, wish):
        raise ValidationErrors(faults)
    wish.answer = ""
    _stored(uow, now, wish)
    again = now.sent
    sent = again or Reenrolment(
        site_id=pupil.site_id,
        campaign_id=now.campaign.id,
        pupil_id=pupil.id,
        household_id=uow.family_id or 0,
        author_id=uow.account_id or 0,
        way=wish.way,
        submitted_at=uow.now,
    )
    sent.state, sent.way, sent.chosen = ReenrolmentState.SUBMITTED, wish.way, sorted(now.chosen)
    sent.submitted_at, sent.author_id = uow.now, uow.account_id or 0
    sent.decided_at, sent.decided_by = None, ""
    sent.version += 1 if again else 0
    uow.add(sent)
    _acknowledge(uow, now, wish)
    audit.note(
        uow,
        "re-enrolment corrected" if again else "re-enrolment sent",
        subject="reenrolment",
        subject_id=sent.id,
        changes={"way": ["", sent.way], "chosen": ["", sent.chosen]},
    )
    return sent


def missing(now: Situation, wish: Wish | None) -> dict[str, UserError]:
    """What « Valider » asks for, in words; nothing when the request can be sent."""
    faults: dict[str, UserError] = {}
    way = wish.way if wish else ""
    if not way:
        faults["way"] = UserError(
            "Cochez « Réinscription administrative », ou les cursus et disciplines de l’an prochain, ou « Ne se réinscrit pas »."
            if now.campaign.administrative
            else "Cochez les cursus et disciplines de l’an prochain, ou « Ne se réinscrit pas »."
        )
    if way == Way.LEAVING and wish:
        if wish.reason not in LEAVING:
            faults["reason"] = UserError("Choisissez un motif.")
        elif wish.reason == "Autre" and not wish.precision:
            faults["precision"] = UserError("Précisez le motif en quelques mots.")
    if way in {Way.ADMINISTRATIVE, Way.COURSES} and (lacking := now.lacking):
        faults["documents"] = UserError(
            "Il manque une pièce obligatoire : {names}.#Il manque {count} pièces obligatoires : {names}.",
            count=len(lacking),
            names=", ".join(f"« {item.document.label} »" for item in lacking),
        )
    return faults


def _acknowledge(uow: UnitOfWork, now: Situation, wish: Wish) -> None:
    """At once: it is the family's proof. A second pupil's request has a letter and a summary of its own."""
    who = uow.get(Account, uow.account_id)
    accounts.write_to(
        uow,
        who,
        "reenrolment_received",
        path=f"/eleves/{now.pupil.number}/reinscription",
        facts=summary(now, wish, who.language),
        message=now.campaign.confirmation,
        paper=paper(uow, now, wish, who),
        subject=now.pupil.full_name,
        year=now.campaign.school_year,
    )


def summary(now: Situation, wish: Wish, language: str = "fr") -> list[outbox.Fact]:
    """What is asked, line by line."""
    in_language = as_language(language)
    lines: list[outbox.Fact] = []
    if wish.way == Way.ADMINISTRATIVE:
        lines.append((translate("Choix", in_language), translate("Réinscription administrative", in_language)))
    elif wish.way == Way.COURSES:
        picked = [line.course.name for line in now.disciplines if line.enrolment.id in wish.chosen]
        lines.append((translate("Cours demandés", in_language), ", ".join(picked)))
    else:
        reason = translate(wish.reason, in_language)
        reason = pair(reason, wish.precision, in_language) if wish.precision else reason
        lines += [
            (translate("Choix", in_language), translate("Ne se réinscrit pas", in_language)),
            (translate("Motif", in_language), reason),
        ]
    given = [item for item in now.document_items if item.supplied]
    if given and wish.way != Way.LEAVING:
        lines.append((translate("Pièces données", in_language), ", ".join(item.document.label for item in given)))
    if wish.message:
        lines.append((translate("Demandes complémentaires", in_language), wish.message))
    return lines


def paper(uow: UnitOfWork, now: Situation, wish: Wish, who: Account) -> outbox.Paper:
    """The summary that goes with the letter: the same lines, whose, when, by whom, and the documents by their files."""
    in_language = as_language(who.language)
    named = {"name": now.pupil.full_name, "year": now.campaign.school_year}
    title = translate(
        "Départ de {name}, {year}" if wish.way == Way.LEAVING else "Réinscription de {name}, {year}",
        in_language,
        **named,
    )
    documents = [
        pair(item.document.label, item.supplied.file_name, in_language)
        for item in now.document_items
        if item.supplied and wish.way != Way.LEAVING
    ]
    lines, sent = dict(summary(now, wish, in_language)), now.sent.submitted_at if now.sent else uow.now
    if documents:
        lines[translate("Pièces données", in_language)] = "\n".join(documents)
    facts = [
        (translate("Élève", in_language), now.pupil.full_name),
        (translate("Numéro de dossier", in_language), str(now.pupil.number)),
        (translate("Année scolaire", in_language), now.campaign.school_year),
        (translate("Demande envoyée", in_language), f"{formats.moment(sent, uow.zone, in_language)}, {who.name}"),
        *lines.items(),
    ]
    return (
        f"{title}.pdf".replace("/", "-"),
        title,
        translate("Voici ce que vous avez demandé sur le portail de votre conservatoire.", in_language),
        translate("Le conservatoire va étudier cette demande : elle n’est acquise qu’une fois validée.", in_language)
        if wish.way != Way.LEAVING
        else translate("Le conservatoire en prend note et vous le confirmera par e-mail.", in_language),
        facts,
    )
