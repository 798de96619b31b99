"""What a family does with its request: tick, write, send. Each change is kept at once; sending asks for all that is due."""

from collections.abc import Iterable, Mapping

from data.core import audit
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.i18n import _, plural
from data.core.plain_text import tidy_lines
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.reenrolment import letters
from data.reenrolment import models as reenrolment
from data.reenrolment.models import Reenrolment, ReenrolmentState, Situation, Way, Wish

MAX_TEXT_LENGTH = 2000
LEAVING = (
    _("Déménagement"),
    _("Emploi du temps"),
    _("Arrêt de la pratique"),
    _("Autre établissement"),
    _("Raison financière"),
    _("Autre"),
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


def as_this_year(now: Situation) -> tuple[str, list[int]]:
    """« Continuer comme cette année »: the way and the enrolments of it; no way where there is nothing to continue."""
    lines = [each.enrolment.id for each in now.disciplines if each.active]
    if lines:
        return Way.COURSES, lines
    return (Way.ADMINISTRATIVE if now.campaign.administrative else ""), []


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
    letters.received(uow, now, wish)
    audit.note_record(
        uow,
        Action.REENROLMENT_CORRECTED if again else Action.REENROLMENT_SENT,
        sent,
        changes={"way": ["", sent.way], "chosen": ["", sent.chosen]},
    )
    return sent


def reopen(uow: UnitOfWork, pupil: Pupil, campaign_id: int) -> Reenrolment:
    """« Demander une correction »: the household takes its request back to change it, then sends it again. Asked twice, it is one."""
    now = reenrolment.locked(uow, pupil, campaign_id)
    if now.sent and now.mine and now.sent.state == ReenrolmentState.TO_CORRECT:
        return now.sent
    if now.sent is None or not now.mine:
        raise NotFound(f"request of pupil {pupil.number}")
    if now.sent.state != ReenrolmentState.SUBMITTED:
        raise UserError("Le conservatoire a déjà répondu à cette demande : adressez-vous à lui.")
    if not now.may_change:
        raise UserError(reenrolment.ONLY_READ)
    if now.period_over:
        raise now.period_over
    sent = uow.get(Reenrolment, now.sent.id, lock=True)
    sent.state, sent.version = ReenrolmentState.TO_CORRECT, sent.version + 1
    uow.add(sent)
    audit.note_record(
        uow,
        Action.REENROLMENT_REOPENED,
        sent,
        changes={"state": [ReenrolmentState.SUBMITTED, ReenrolmentState.TO_CORRECT]},
    )
    reenrolment.announce(uow, sent.site_id, sent.household_id, sent.pupil_id)
    return sent


def missing(now: Situation, wish: Wish | None) -> dict[str, UserError]:
    """What « Valider » asks for, in words; nothing when the request can be sent."""
    faults: dict[str, UserError] = {}
    way = wish.way if wish else ""
    if not way:
        faults["way"] = UserError(
            _(
                "Cochez « Réinscription administrative », ou les cursus et disciplines de l’an prochain, ou « Ne se réinscrit pas »."
            )
            if now.campaign.administrative
            else _("Cochez les cursus et disciplines de l’an prochain, ou « Ne se réinscrit pas ».")
        )
    if way == Way.LEAVING and wish:
        if wish.reason not in LEAVING:
            faults["reason"] = UserError("Choisissez un motif.")
        elif wish.reason == "Autre" and not wish.precision:
            faults["precision"] = UserError("Précisez le motif en quelques mots.")
    if way in {Way.ADMINISTRATIVE, Way.COURSES} and (lacking := now.lacking):
        faults["documents"] = UserError(
            plural("Il manque une pièce obligatoire : {names}.", "Il manque {count} pièces obligatoires : {names}."),
            count=len(lacking),
            names=", ".join(f"« {item.document.label} »" for item in lacking),
        )
    return faults
