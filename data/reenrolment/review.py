"""What staff decide of requests and documents. The desk's screens stand on these and on data/reenrolment/participation.py.

Every decision: record, letter and journal together; Refused when a colleague was quicker, when the family changed its request
since (`version`), or when it is the decider's own family's.
"""

from datetime import date
from typing import Any

from sqlmodel import col, select

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import audit, formats
from data.core.errors import Faulty, Refused
from data.core.fields import tidy_lines
from data.core.settings import settings
from data.core.unit_of_work import Visit
from data.families.models import Pupil
from data.mail import outbox
from data.reenrolment import models as reenrolment
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import Reenrolment, Situation, SuppliedDocument
from data.schooling.models import Course, Enrolment


def whole(v: Visit, sent: Reenrolment) -> Situation:
    """The request as the household that sent it sees it: choices, texts, documents."""
    v.staff_only()
    return reenrolment.situation(
        v, v.get(Pupil, sent.pupil_id), v.get(Campaign, sent.campaign_id), family_id=sent.household_id
    )


def validate(v: Visit, sent_id: int, *, version: int | None = None) -> Reenrolment:
    """Accept: next year's enrolments are « demandées ». A departure is recorded and asks for none."""
    sent, now = to_decide(v, sent_id, version)
    return decided(v, sent, now, "validated", "")


def refuse(v: Visit, sent_id: int, reason: str, *, version: int | None = None) -> Reenrolment:
    """With a reason, which the family reads."""
    sent, now = to_decide(v, sent_id, version)
    return decided(v, sent, now, "refused", _reason(reason, "Indiquez à la famille la raison du refus."))


def send_back(v: Visit, sent_id: int, reason: str, *, version: int | None = None) -> Reenrolment:
    """« À corriger »: the family changes what is wrong and sends again, after the campaign's last day too."""
    sent, now = to_decide(v, sent_id, version)
    return decided(v, sent, now, "to_correct", _reason(reason, "Indiquez à la famille ce qu’il faut corriger."))


def _reason(typed: str, otherwise: str) -> str:
    reason = tidy_lines(typed)
    if not reason:
        raise Faulty({"reason": Refused(otherwise)})
    if len(reason) > 1000:
        raise Faulty({"reason": Refused("Ce texte est trop long : {most} caractères au plus.", most=1000)})
    return reason


def to_decide(v: Visit, sent_id: int, version: int | None) -> tuple[Reenrolment, Situation]:
    v.staff_only()
    v.get(Pupil, v.get(Reenrolment, sent_id).pupil_id, lock=True)  # the family's tabs wait, or are waited for
    sent = v.get(Reenrolment, sent_id, lock=True)
    not_own(v, sent.household_id)
    if sent.state != "submitted":
        if sent.decided_at is None:
            raise Refused("La famille n’a pas renvoyé cette demande.")
        raise Refused(
            "{name} a déjà répondu le {moment}.",
            name=sent.decided_by,
            moment=formats.moment(sent.decided_at, v.zone, v.tongue),
        )
    if version is not None and version != sent.version:
        raise Refused("La famille a modifié sa demande depuis son affichage. Relisez-la avant de décider.")
    return sent, whole(v, sent)


def not_own(v: Visit, family_id: int | None) -> None:
    own = v.get(Account, v.account_id).own_family_id
    if own is not None and own == family_id:
        raise Refused("Cette demande est celle de votre famille : un collègue doit la traiter.")


def decided(v: Visit, sent: Reenrolment, now: Situation, state: str, answer: str) -> Reenrolment:
    """Record, letter and journal of a decision whose reasons were checked."""
    if state == "validated" and sent.way != "leaving":
        sent.made = _ask_enrolments(v, now)
    sent.state, sent.version = state, sent.version + 1
    sent.decided_at, sent.decided_by = v.now, v.name
    v.add(sent)
    if now.wish:
        now.wish.answer = answer
        v.add(now.wish)
    write_letter(
        v,
        "leaving_validated" if (sent.way, state) == ("leaving", "validated") else f"reenrolment_{state}",
        sent.author_id,
        now.pupil,
        message=answer,
        year=now.campaign.school_year,
    )
    audit.note(
        v,
        f"re-enrolment {state}",
        subject="reenrolment",
        subject_id=sent.id,
        family_id=sent.household_id,
        changes={"state": ["submitted", state], "way": ["", sent.way], "made": ["", sent.made]},
    )
    reenrolment.announce(v, sent.site_id, sent.household_id, sent.pupil_id)
    return sent


def answer_letter(sent: Reenrolment) -> str:
    """The kind of the letter that tells the decision."""
    return "leaving_validated" if (sent.way, sent.state) == ("leaving", "validated") else f"reenrolment_{sent.state}"


def _ask_enrolments(v: Visit, now: Situation) -> list[int]:
    """The keys of the enrolments made in next year's courses of the same number, which are made where there are none."""
    wanted = [
        line
        for line in now.disciplines
        if (line.active if now.way == "administrative" else line.enrolment.id in now.chosen)
    ]
    numbers = [line.course.number for line in wanted]
    there = {
        course.number: course
        for course in v.all(
            select(Course).where(Course.school_year == now.campaign.school_year, col(Course.number).in_(numbers))
        )
    }
    made = []
    for line in wanted:
        course = there.get(line.course.number) or v.add(
            Course(**line.course.model_dump(exclude={"id", "school_year"}), school_year=now.campaign.school_year)
        )
        there[course.number] = course
        asked = v.one(select(Enrolment).where(Enrolment.pupil_id == now.pupil.id, Enrolment.course_id == course.id))
        if asked is None:
            asked = v.add(
                Enrolment(
                    site_id=now.pupil.site_id,
                    pupil_id=now.pupil.id,
                    course_id=course.id,
                    cursus_id=line.enrolment.cursus_id,
                    level=line.enrolment.level,
                    status="asked",
                )
            )
            made.append(asked.id)
    return made


def validate_document(v: Visit, supplied_id: int, *, expires_on: date | None = None) -> SuppliedDocument:
    """`expires_on`: it holds until then; later it reads « expirée » and another is asked for."""
    supplied = _document_to_decide(v, supplied_id)
    supplied.expires_on = expires_on
    return document_decided(v, supplied, "validated", "")


def refuse_document(v: Visit, supplied_id: int, reason: str) -> SuppliedDocument:
    """With a reason; the family gives another. One letter a sitting tells of all refused documents."""
    supplied = _document_to_decide(v, supplied_id)
    reason = _reason(reason, "Indiquez à la famille pourquoi la pièce est refusée.")[:500]
    return document_decided(v, supplied, "refused", reason)


def _document_to_decide(v: Visit, supplied_id: int) -> SuppliedDocument:
    v.staff_only()
    v.get(Pupil, v.get(SuppliedDocument, supplied_id).pupil_id, lock=True)
    supplied = v.get(SuppliedDocument, supplied_id, lock=True)
    not_own(v, supplied.family_id)
    if supplied.state != "received":
        raise Refused(
            "{name} a déjà répondu le {moment}.",
            name=supplied.decided_by,
            moment=formats.moment(supplied.decided_at or v.now, v.zone, v.tongue),
        )
    return supplied


def document_decided(
    v: Visit, supplied: SuppliedDocument, state: str, reason: str, *, told: bool = True
) -> SuppliedDocument:
    """`told`: a letter of its own; a decision on the whole request says it in its own letter."""
    supplied.state, supplied.reason, supplied.version = state, reason, supplied.version + 1
    supplied.decided_at, supplied.decided_by = v.now, v.name
    v.add(supplied)
    pupil, label = v.get(Pupil, supplied.pupil_id), v.get(RequiredDocument, supplied.document_id).label
    if state == "refused" and told:
        line = f"« {label} », {pupil.full_name} : {reason}"
        if not outbox.join_message(v, "document_refused", supplied.family_id or 0, supplied.author_id, line):
            write_letter(
                v,
                "document_refused",
                supplied.author_id,
                pupil,
                message=line,
                delay=settings().decision_letter_delay,
            )
    audit.note(
        v,
        f"document {state}",
        subject="supplied_document",
        subject_id=supplied.id,
        family_id=supplied.family_id,
        changes={label: ["received", state], **({"reason": ["", reason]} if reason else {})},
    )
    reenrolment.announce(v, supplied.site_id, supplied.family_id, supplied.pupil_id)
    return supplied


def write_letter(v: Visit, kind: str, account_id: int, pupil: Pupil, **words: Any) -> None:
    accounts.write_to(
        v,
        v.get(Account, account_id),
        kind,
        path=f"/eleves/{pupil.number}/reinscription",
        subject=pupil.full_name,
        **words,
    )
