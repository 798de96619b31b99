"""Papers that leave the portal: duplicates of bills, certificates that anyone can check. Written once, kept as bytes.

Reading is a unit of work's; writing a PDF is slow and pure, so it happens between two units of work: ask (`invoice`, `receipt`, …), then,
when the answer is a Draft, `write` it off the loop and `keep` it.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, select

from data.billing import left_to_pay, pupil_payments
from data.billing import models as billing
from data.billing.models import Payment
from data.billing.pupil_payments import Charged
from data.core import audit, formats, sites
from data.core.audit import Action
from data.core.errors import NotFound
from data.core.fields import NO_NAME
from data.core.i18n import _, translate_or_same
from data.core.scope import OfFamily
from data.core.settings import settings
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import protection, stored_files
from data.families.models import Family, Pupil, of_its_site
from data.mail.letterhead import letterhead_of
from data.pdf import bills, certificates, course_report
from data.schooling import models as schooling
from data.schooling.models import Attended, EnrolmentStatus, of_its_pupil

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
KINDS = {"enrolment": _("Attestation d’inscription"), "payment": _("Attestation de paiement")}


class Paper(OfFamily, table=True):
    """A PDF as it was written the first time: `subject` says which, with a digest of what it says; `name` its file."""

    __table_args__ = (of_its_site(), UniqueConstraint("family_id", "subject"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    subject: str = Field(max_length=80)
    name: str = Field(max_length=32, unique=True)
    size: int
    sha256: str = Field(max_length=64)
    created_at: datetime


class Certificate(OfFamily, table=True):
    """An « attestation »: `facts` is what it says; the public page tells kind, year, day and initials only."""

    __table_args__ = (of_its_site(), of_its_pupil(), UniqueConstraint("family_id", "pupil_id", "kind", "digest"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    pupil_id: int = Field(index=True)
    kind: str = Field(max_length=10)  # enrolment | payment
    school_year: str = Field(max_length=9)
    code: str = Field(max_length=16, unique=True)
    initials: str = Field(max_length=10)
    issued_on: date
    digest: str = Field(max_length=64)  # of the facts: the same facts are the same certificate
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Draft:
    """A paper not written yet. `write()` is slow and pure."""

    subject: str
    write: Callable[[], bytes]


@dataclass(frozen=True)
class Checked:
    """What anyone may know of a certificate."""

    kind: str
    site_id: int
    site: str
    school_year: str
    initials: str
    issued_on: date
    valid: bool


def invoice(uow: UnitOfWork, number: str) -> bytes | Draft:
    """The duplicate of an invoice or of a credit note."""
    row = billing.invoice_by_number(uow, number)
    lines = billing.lines(uow, row.id)
    site = sites.here(uow)
    corrected = uow.get(billing.Invoice, row.corrects_id).number if row.corrects_id else ""
    bill = bills.Bill(
        letterhead=letterhead_of(site),
        number=row.number,
        nature="credit" if row.nature == "credit" else "invoice",
        ledger="rental" if row.ledger == "rental" else "tuition",
        day=row.day,
        due_day=row.due_day,
        label=row.label,
        school_year=row.school_year,
        payer=row.payer,
        payer_address=_address(uow, row),
        family_number=uow.get(Family, row.family_id).number,
        pupils=tuple(dict.fromkeys(line.pupil for line in lines if line.pupil)),
        income_bracket=row.income_bracket,
        lines=tuple(bills.BillLine(line.label, line.pupil, line.quantity, line.unit, line.cents) for line in lines),
        total_cents=row.total,
        instalments=tuple((part.due_day, part.cents) for part in billing.instalments(uow, row.id)),
        corrects=corrected,
        duplicate_day=row.day,
        language=uow.language,
        standing=tuple(left_to_pay.standing(uow, row)),
        transfer=left_to_pay.transfer(uow, site, row),
    )
    dated = replace(bill, duplicate_day=uow.today)
    return _stored(uow, f"invoice:{row.number}", bill) or Draft(
        _subject(f"invoice:{row.number}", bill), lambda: bills.invoice(dated)
    )


def receipt(uow: UnitOfWork, number: str) -> bytes | Draft:
    """The duplicate of a receipt."""
    row = billing.payment_by_number(uow, number)
    settled = billing.settled_by(uow, row.id)
    paper = bills.Receipt(
        letterhead=letterhead_of(sites.here(uow)),
        number=row.number,
        day=row.day,
        method=row.method,
        operation_number=row.operation,
        payer=row.payer,
        payer_address=_address(uow, settled[0][0]) if settled else (),
        family_number=uow.get(Family, row.family_id).number,
        cents=row.cents,
        label=row.label,
        school_year=row.school_year,
        settled=tuple((each.number, each.label, cents) for each, cents in settled),
        duplicate_day=row.day,
        language=uow.language,
    )
    dated = replace(paper, duplicate_day=uow.today)
    return _stored(uow, f"receipt:{row.number}", paper) or Draft(
        _subject(f"receipt:{row.number}", paper), lambda: bills.receipt(dated)
    )


def _address(uow: UnitOfWork, row: billing.Invoice) -> tuple[str, ...]:
    """The lines of where the payer lives; none for staff from whom a protection order keeps it."""
    if uow.is_staff and not protection.all_shown(uow, families.of_family(uow, row.family_id or 0)[0]):
        return ()
    return tuple(row.payer_address.splitlines())


def report(uow: UnitOfWork, pupil: Pupil) -> Draft:
    """« Mon parcours »: every past year. Not kept: it grows."""
    years = tuple(
        course_report.CourseYear(
            year=each.course.school_year,
            department=each.course.department,
            course=each.course.name,
            cycle=each.course.cycle,
            teacher=each.teacher_name,
            hours=formats.decimal(each.enrolment.hours_done, uow.language, places=0),
            average=formats.decimal(each.enrolment.average, uow.language),
            mention=translate_or_same(each.enrolment.mention, uow.language),
            result=translate_or_same(each.enrolment.class_result, uow.language),
            comment=each.enrolment.comment,
        )
        for each in schooling.history(uow, pupil.id)
    )
    paper = course_report.CourseReport(
        letterhead=letterhead_of(sites.here(uow)),
        pupil=pupil.full_name,
        birth_date=pupil.birth_date,
        dossier=pupil.number,
        years=years,
        printed=uow.today,
        language=uow.language,
    )
    return Draft("", lambda: course_report.course_report(paper))


def certified(courses: Iterable[Attended]) -> list[Attended]:
    """Those of this year's courses that a certificate of enrolment names; it is offered where there are some."""
    return [each for each in courses if each.enrolment.status == EnrolmentStatus.ENROLLED]


def certificate(uow: UnitOfWork, paper: certificates.Certificate) -> bytes | Draft:
    """Its PDF: the one written before, or what is to be written."""
    subject = f"certificate:{paper.code.replace('-', '')}"
    return _stored(uow, subject, paper) or Draft(_subject(subject, paper), lambda: certificates.certificate(paper))


def enrolment_certificate(uow: UnitOfWork, pupil: Pupil) -> certificates.Certificate:
    """That the pupil attends courses this school year; NotFound when there are none."""
    found = certified(schooling.courses(uow, pupil.id))
    if not found:
        raise NotFound(f"no course of pupil {pupil.number}")
    return _certify(
        uow, pupil, "enrolment", formats.school_year(uow.today), [(a.course.name, _when(uow, a)) for a in found]
    )


def _when(uow: UnitOfWork, a: Attended) -> str:
    day = " ".join(filter(None, (formats.weekday(a.course.weekday, uow.language), formats.clock(a.slot, uow.language))))
    return ", ".join(filter(None, (day, a.teacher_name)))


def payment_certificate(uow: UnitOfWork, pupil: Pupil, school_year: str) -> certificates.Certificate:
    """What came in from this family for the pupil in a school year, for what, when and how; NotFound when nothing was billed."""
    found = pupil_payments.of_pupil(uow, pupil.full_name, school_year) if school_year.isprintable() else []
    if not found:
        raise NotFound(f"nothing billed for pupil {pupil.number} in {school_year[:9]}")
    lines = [line for charged in found for line in _account(uow, pupil, charged)]
    received = [each for charged in found for each in charged.received]
    if due := sum(charged.due for charged in found):
        lines.append((uow.translate("Reste à régler"), formats.euros(due, uow.language)))
    amount = formats.euros(sum(cents for _, cents in received), uow.language)
    payers = ", ".join(dict.fromkeys(payment.payer for payment, _ in received if payment.payer))
    return _certify(uow, pupil, "payment", school_year, lines, amount=amount, payer=payers)


def _account(uow: UnitOfWork, pupil: Pupil, charged: Charged) -> Iterator[tuple[str, str]]:
    """What is billed, then what settled it."""
    bill, whose = charged.invoice, uow.translate("(part de {name})", name=pupil.called) if charged.shared else ""
    for line in filter(lambda line: line.cents, charged.lines):
        label = uow.translate(
            "{what}, facture n° {number} du {day}",
            what=line.label or bill.label,
            number=bill.number,
            day=formats.day(bill.day),
        )
        yield label, formats.euros(line.cents, uow.language)
    for credit, cents in charged.credited:
        label = uow.translate("Avoir n° {number} du {day}", number=credit.number, day=formats.day(credit.day))
        yield f"{label} {whose}".strip(), formats.euros(-cents, uow.language)
    for payment, cents in charged.received:
        yield f"{_how(uow, payment)} {whose}".strip(), formats.euros(cents, uow.language)


def _how(uow: UnitOfWork, payment: Payment) -> str:
    """« Réglé le 23/10/2026 par chèque »."""
    day, method = formats.day(payment.day), payment.method.strip()
    if method == "Espèces":
        return uow.translate("Réglé le {day} en espèces", day=day)
    how = translate_or_same(method, uow.language)
    if not how:
        return uow.translate("Réglé le {day}", day=day)
    return uow.translate("Réglé le {day} par {how}", day=day, how=how[0].lower() + how[1:])


def _certify(
    uow: UnitOfWork,
    pupil: Pupil,
    kind: str,
    school_year: str,
    lines: list[tuple[str, str]],
    **received: str,
) -> certificates.Certificate:
    """The certificate with these facts: the one issued before, or a new one with its code."""
    site = sites.here(uow)
    facts = {
        "pupil": pupil.full_name,
        "born": str(pupil.birth_date),
        "lines": [list(line) for line in lines],
        "language": uow.language,
        **received,
    }
    digest = hashlib.sha256(repr((kind, school_year, sorted(facts.items()))).encode()).hexdigest()
    same = select(Certificate).where(
        Certificate.family_id == uow.family_id,
        Certificate.pupil_id == pupil.id,
        Certificate.kind == kind,
        Certificate.digest == digest,
    )
    row = uow.one(same)
    if row is None:
        uow.get(Family, uow.family_id, lock=True)  # asked for twice at once: the second finds the first's
        row = uow.one(same)
    if row is None:
        row = uow.add(
            Certificate(
                site_id=site.id,
                family_id=uow.family_id,
                pupil_id=pupil.id,
                kind=kind,
                school_year=school_year,
                code="".join(secrets.choice(ALPHABET) for _ in range(10)),
                initials=" ".join(f"{name[0]}." for name in (pupil.first_name, pupil.last_name) if name.strip(NO_NAME)),
                issued_on=uow.today,
                digest=digest,
                facts=facts,
            )
        )
        audit.note_record(uow, Action.CERTIFICATE_ISSUED, row, changes={"kind": ["", kind]})
    return certificates.Certificate(
        letterhead=letterhead_of(site),
        kind="payment" if row.kind == "payment" else "enrolment",
        code=spaced(row.code),
        address=f"{settings().public_url}/verifier/{spaced(row.code)}",
        pupil=pupil.full_name,
        birth_date=pupil.birth_date,
        dossier=pupil.number,
        school_year=row.school_year,
        lines=tuple(lines),
        issued=row.issued_on,
        place=site.address.rpartition(" ")[2] if site.address else "",
        signatory=site.legal.get("signatory", "") or site.name,
        language=uow.language,
        **received,
    )


def spaced(code: str) -> str:
    """ABCD-EFGH-JK: read aloud, or typed from paper."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def check(typed: str) -> Checked | None:
    """What the public page tells about a code, typed as people do; None when no certificate bears it."""
    code = "".join(char for char in typed.upper() if char in ALPHABET)
    if len(code) != 10 or len(typed) > 40:
        return None
    with system_unit_of_work() as uow:
        row = uow.one(select(Certificate).where(Certificate.code == code))
        if row is None:
            return None
        site = uow.get(Site, row.site_id).name
    return Checked(row.kind, row.site_id, site, row.school_year, row.initials, row.issued_on, row.revoked_at is None)


def store(uow: UnitOfWork, draft: Draft, content: bytes) -> bytes:
    """Keep a paper just written; when another was first, its bytes are the paper."""
    uow.get(Family, uow.family_id, lock=True)
    if found := _read(uow, draft.subject):
        return found
    if lost := _row(uow, draft.subject):  # its file is gone
        uow.delete(lost)
        uow.flush()
    name = stored_files.write(uow.site_id or 0, content)
    uow.add(
        Paper(
            site_id=uow.site_id or 0,
            family_id=uow.family_id,
            subject=draft.subject,
            name=name,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            created_at=uow.now,
        )
    )
    return content


def _stored(uow: UnitOfWork, start: str, paper: Any) -> bytes | None:
    return _read(uow, _subject(start, paper))


def _subject(start: str, paper: Any) -> str:
    """Which paper, in which language, saying what: a bill that was corrected since is another paper."""
    return f"{start}:{paper.language}:{hashlib.sha256(repr(asdict(paper)).encode()).hexdigest()[:16]}"


def _row(uow: UnitOfWork, subject: str) -> Paper | None:
    return uow.one(select(Paper).where(Paper.family_id == uow.family_id, Paper.subject == subject))


def _read(uow: UnitOfWork, subject: str) -> bytes | None:
    row = _row(uow, subject)
    return stored_files.read(row.site_id, row.name) if row else None
