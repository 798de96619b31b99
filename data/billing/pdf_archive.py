"""Papers that leave the house: duplicates of bills, certificates that anyone can check. Written once, kept as bytes.

Reading is a visit's; writing a PDF is slow and pure, so it happens between two visits: ask (`invoice`, `receipt`, …), then,
when the answer is a Draft, `write` it off the loop and `keep` it.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, select

from data.billing import models as billing
from data.core import audit, formats, sites
from data.core.errors import NotYours
from data.core.scope import OfFamily
from data.core.settings import settings
from data.core.sites import Site
from data.core.unit_of_work import Visit, whole_house
from data.families import models as families
from data.families import stored_files
from data.families.models import Family, Pupil, of_its_site
from data.mail.letterhead import house_of
from data.pdf import bills, certificates, course_report
from data.schooling import models as schooling
from data.schooling.models import Attended, of_its_pupil

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
KINDS = {"enrolment": "Attestation d’inscription", "payment": "Attestation de paiement"}


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


def invoice(v: Visit, number: str) -> bytes | Draft:
    """The duplicate of an invoice or of a credit note."""
    row = billing.invoice_by_number(v, number)
    lines = billing.lines(v, row.id)
    corrected = v.get(billing.Invoice, row.corrects_id).number if row.corrects_id else ""
    bill = bills.Bill(
        house=house_of(sites.here(v)),
        number=row.number,
        nature="credit" if row.nature == "credit" else "invoice",
        ledger="rental" if row.ledger == "rental" else "tuition",
        day=row.day,
        due_day=row.due_day,
        label=row.label,
        school_year=row.school_year,
        payer=row.payer,
        payer_address=_address(v, row),
        family_number=v.get(Family, row.family_id).number,
        pupils=tuple(dict.fromkeys(line.pupil for line in lines if line.pupil)),
        income_bracket=row.income_bracket,
        lines=tuple(bills.BillLine(line.label, line.pupil, line.quantity, line.unit, line.cents) for line in lines),
        total_cents=row.total,
        instalments=tuple((part.due_day, part.cents) for part in billing.instalments(v, row.id)),
        corrects=corrected,
        duplicate_day=row.day,
        tongue=v.tongue,
    )
    dated = replace(bill, duplicate_day=v.today)
    return _kept(v, f"invoice:{row.number}", bill) or Draft(
        _subject(f"invoice:{row.number}", bill), lambda: bills.invoice(dated)
    )


def receipt(v: Visit, number: str) -> bytes | Draft:
    """The duplicate of a receipt."""
    row = billing.payment_by_number(v, number)
    settled = billing.settled_by(v, row.id)
    paper = bills.Receipt(
        house=house_of(sites.here(v)),
        number=row.number,
        day=row.day,
        method=row.method,
        operation_number=row.operation,
        payer=row.payer,
        payer_address=_address(v, settled[0][0]) if settled else (),
        family_number=v.get(Family, row.family_id).number,
        cents=row.cents,
        label=row.label,
        school_year=row.school_year,
        settled=tuple((each.number, each.label, cents) for each, cents in settled),
        duplicate_day=row.day,
        tongue=v.tongue,
    )
    dated = replace(paper, duplicate_day=v.today)
    return _kept(v, f"receipt:{row.number}", paper) or Draft(
        _subject(f"receipt:{row.number}", paper), lambda: bills.receipt(dated)
    )


def _address(v: Visit, row: billing.Invoice) -> tuple[str, ...]:
    """The lines of where the payer lives; none for staff from whom a protection order keeps it."""
    if v.is_staff and not families.all_shown(v, families.of_family(v, row.family_id or 0)[0]):
        return ()
    return tuple(row.payer_address.splitlines())


def report(v: Visit, pupil: Pupil) -> Draft:
    """« Mon parcours »: every past year. Not kept: it grows."""
    years = tuple(
        course_report.CourseYear(
            year=each.course.school_year,
            department=each.course.department,
            course=each.course.name,
            cycle=each.course.cycle,
            teacher=each.teacher_name,
            hours=formats.decimal(each.enrolment.hours_done, v.tongue, places=0),
            average=formats.decimal(each.enrolment.average, v.tongue),
            mention=each.enrolment.mention,
            result=each.enrolment.class_result,
            comment=each.enrolment.comment,
        )
        for each in schooling.history(v, pupil.id)
    )
    paper = course_report.CourseReport(
        house=house_of(sites.here(v)),
        pupil=pupil.full_name,
        birth_date=pupil.birth_date,
        dossier=pupil.number,
        years=years,
        printed=v.today,
        tongue=v.tongue,
    )
    return Draft("", lambda: course_report.course_report(paper))


def enrolment_certificate(v: Visit, pupil: Pupil) -> bytes | Draft:
    """That the pupil attends courses this school year; NotYours when there are none."""
    found = [each for each in schooling.courses(v, pupil.id) if each.enrolment.status == "enrolled"]
    if not found:
        raise NotYours(f"no course of pupil {pupil.number}")
    return _certify(v, pupil, "enrolment", formats.school_year(v.today), [(a.course.name, _when(v, a)) for a in found])


def _when(v: Visit, a: Attended) -> str:
    day = " ".join(filter(None, (formats.weekday(a.course.weekday, v.tongue), formats.clock(a.slot, v.tongue))))
    return ", ".join(filter(None, (day, a.teacher_name)))


def payment_certificate(v: Visit, pupil: Pupil, school_year: str) -> bytes | Draft:
    """What this family was billed for the pupil in a school year, and what is settled; NotYours when nothing was."""
    found = [
        (entry, sum(line.cents for line in billing.lines(v, entry.row.id) if line.pupil == pupil.full_name))
        for ledger in billing.accounts(v).values()
        for entry in ledger.of_year(school_year).entries
        if isinstance(entry.row, billing.Invoice) and entry.row.nature == "invoice"
    ]
    lines: list[tuple[str, str]] = []
    for entry, share in found:
        if share > 0:
            settled = entry.debit - entry.due
            lines += [
                (
                    v.say("Facture n° {number} du {day}", number=entry.row.number, day=formats.day(entry.row.day)),
                    formats.euros(share),
                ),
                (
                    v.say("réglée à hauteur de"),
                    v.say("{paid} sur {total}", paid=formats.euros(settled), total=formats.euros(entry.debit)),
                ),
            ]
    if not lines:
        raise NotYours(f"nothing billed for pupil {pupil.number} in {school_year[:9]}")
    return _certify(v, pupil, "payment", school_year, lines)


def _certify(v: Visit, pupil: Pupil, kind: str, school_year: str, lines: list[tuple[str, str]]) -> bytes | Draft:
    """The certificate with these facts: the one issued before, or a new one with its code."""
    site = sites.here(v)
    facts = {
        "pupil": pupil.full_name,
        "born": str(pupil.birth_date),
        "lines": [list(line) for line in lines],
        "tongue": v.tongue,
    }
    digest = hashlib.sha256(repr((kind, school_year, sorted(facts.items()))).encode()).hexdigest()
    same = select(Certificate).where(
        Certificate.family_id == v.family_id,
        Certificate.pupil_id == pupil.id,
        Certificate.kind == kind,
        Certificate.digest == digest,
    )
    row = v.one(same)
    if row is None:
        v.get(Family, v.family_id, lock=True)  # asked for twice at once: the second finds the first's
        row = v.one(same)
    if row is None:
        row = v.add(
            Certificate(
                site_id=site.id,
                family_id=v.family_id,
                pupil_id=pupil.id,
                kind=kind,
                school_year=school_year,
                code="".join(secrets.choice(ALPHABET) for _ in range(10)),
                initials=" ".join(f"{name[0]}." for name in (pupil.first_name, pupil.last_name) if name),
                issued_on=v.today,
                digest=digest,
                facts=facts,
            )
        )
        audit.note(v, "certificate issued", subject="certificate", subject_id=row.id, changes={"kind": ["", kind]})
    paper = certificates.Certificate(
        house=house_of(site),
        kind="payment" if kind == "payment" else "enrolment",
        code=spaced(row.code),
        address=f"{settings().public_url}/verifier/{spaced(row.code)}",
        pupil=pupil.full_name,
        birth_date=pupil.birth_date,
        dossier=pupil.number,
        school_year=school_year,
        lines=tuple(lines),
        issued=row.issued_on,
        place=site.address.rpartition(" ")[2] if site.address else "",
        signatory=site.legal.get("signatory", "") or site.name,
        tongue=v.tongue,
    )
    subject = f"certificate:{row.code}"
    return _kept(v, subject, paper) or Draft(_subject(subject, paper), lambda: certificates.certificate(paper))


def spaced(code: str) -> str:
    """ABCD-EFGH-JK: read aloud, or typed from paper."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def check(typed: str) -> Checked | None:
    """What the public page tells about a code, typed as people do; None when no certificate bears it."""
    code = "".join(char for char in typed.upper() if char in ALPHABET)
    if len(code) != 10 or len(typed) > 40:
        return None
    with whole_house() as v:
        row = v.one(select(Certificate).where(Certificate.code == code))
        if row is None:
            return None
        site = v.get(Site, row.site_id).name
    return Checked(row.kind, row.site_id, site, row.school_year, row.initials, row.issued_on, row.revoked_at is None)


def keep(v: Visit, draft: Draft, content: bytes) -> bytes:
    """Keep a paper just written; when another was first, its bytes are the paper."""
    v.get(Family, v.family_id, lock=True)
    if found := _read(v, draft.subject):
        return found
    if lost := _row(v, draft.subject):  # its file is gone
        v.delete(lost)
        v.flush()
    name = stored_files.write(v.site_id or 0, content)
    v.add(
        Paper(
            site_id=v.site_id or 0,
            family_id=v.family_id,
            subject=draft.subject,
            name=name,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            created_at=v.now,
        )
    )
    return content


def _kept(v: Visit, start: str, paper: Any) -> bytes | None:
    return _read(v, _subject(start, paper))


def _subject(start: str, paper: Any) -> str:
    """Which paper, in which language, saying what: a bill that was corrected since is another paper."""
    return f"{start}:{paper.tongue}:{hashlib.sha256(repr(asdict(paper)).encode()).hexdigest()[:16]}"


def _row(v: Visit, subject: str) -> Paper | None:
    return v.one(select(Paper).where(Paper.family_id == v.family_id, Paper.subject == subject))


def _read(v: Visit, subject: str) -> bytes | None:
    row = _row(v, subject)
    path = stored_files.path_of(row.site_id, row.name) if row else None
    return path.read_bytes() if path and path.is_file() else None
