"""What must hold after each kill: what was acknowledged is there, whole and once; what was not is there whole or not at all."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, func, select

from data.accounts.models import Account
from data.accounts.sessions import SignIn
from data.billing.models import Allocation, Payment
from data.billing.online_payments import AttemptState, OnlinePayment, receipt
from data.change_requests.models import ChangeRequest, ChangeState, FieldChange, RequestState
from data.core import database
from data.core.audit import Action, AuditEntry
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Guardian, Pupil
from data.families.stored_files import StoredFile
from data.mail.outbox import Letter
from data.mail.templates import LetterKind
from data.privacy import orphan_files
from data.reenrolment.models import DocumentState, Reenrolment, ReenrolmentState, SuppliedDocument, Wish
from data.schooling.absences import AbsenceNotice, NoticeState
from tests.conftest import stored_path
from tests.demo_users import every, later

if TYPE_CHECKING:
    from tests.bench.killed_acts import Book

LETTERS: tuple[tuple[tuple[Action, ...], tuple[LetterKind, ...]], ...] = (
    ((Action.CHANGE_ASKED,), (LetterKind.REQUEST_RECEIVED,)),
    ((Action.REQUEST_DECIDED,), (LetterKind.REQUEST_DECIDED,)),
    ((Action.REENROLMENT_SENT, Action.REENROLMENT_CORRECTED), (LetterKind.REENROLMENT_RECEIVED,)),
    ((Action.REENROLMENT_VALIDATED,), (LetterKind.REENROLMENT_VALIDATED, LetterKind.LEAVING_VALIDATED)),
    ((Action.REENROLMENT_TO_CORRECT,), (LetterKind.REENROLMENT_TO_CORRECT,)),
    ((Action.ABSENCE_REPORTED,), (LetterKind.ABSENCE_RECEIVED,)),
    ((Action.ABSENCE_DECIDED,), (LetterKind.ABSENCE_ACCEPTED, LetterKind.ABSENCE_DECLINED)),
    ((Action.ONLINE_PAYMENT_PAID,), (LetterKind.PAYMENT_RECEIVED,)),
    ((Action.DOCUMENT_REFUSED,), (LetterKind.DOCUMENT_REFUSED,)),
)
"""Each act of these writes one letter of those, in the same transaction as its line of the journal."""


@dataclass(frozen=True)
class Baseline:
    """The demonstration as it was before anybody acted."""

    entry: int
    letter: int
    given: int
    sent: int
    notices: int


def baseline() -> Baseline:
    with system_unit_of_work() as uow:
        return Baseline(
            uow.count(select(func.coalesce(func.max(AuditEntry.id), 0))),
            uow.count(select(func.coalesce(func.max(Letter.id), 0))),
            uow.count(select(func.coalesce(func.sum(SuppliedDocument.times), 0))),
            uow.count(select(func.count()).select_from(Reenrolment)),
            uow.count(select(func.count()).select_from(AbsenceNotice)),
        )


def lost(book: "Book") -> list[str]:
    """What the server acknowledged and the database does not hold."""
    done = book.acknowledged
    asked = {
        (login, new)
        for login, new in _pairs(
            select(Account.login, FieldChange.new).join(Account, Account.family_id == FieldChange.family_id)
        )
    }
    asked |= {
        (login, phone)
        for login, phone in _pairs(
            select(Account.login, Guardian.phone_work).join(Guardian, Guardian.id == Account.guardian_id)
        )
    }
    last_asked = dict(done["change"])
    later_tries = {login: book.tried[f"change of {login}"] for login in last_asked}
    found = _lost_sign_ins(done["sign-in"])
    for login, number in last_asked.items():
        tries = later_tries[login]
        if not any((login, each) in asked for each in tries[tries.index(number) :]):
            found.append(f"change of {login}: {number}")
    found += _lost_requests(book) + _lost_documents(book) + _lost_absences(book) + _lost_decisions(book)
    paid = {row.reference: row for row in every(OnlinePayment)}
    found += [f"payment begun {each}" for each in done["payment begun"] if each not in paid]
    found += [f"payment {reference}" for reference, cents in done["payment"]
              if paid[reference].state != AttemptState.PAID or paid[reference].cents != cents]  # fmt: skip
    return found


def _lost_sign_ins(tokens: list[str]) -> list[str]:
    """Each is there, and open; or closed in the moment in which its account signed in an eleventh time."""
    known = {each.token_hash: each for each in every(SignIn)}
    begun = {(each.account_id, each.started_at) for each in known.values()}
    gone = [each for each in tokens if each not in known]
    ended = [known[each] for each in tokens if each in known and known[each].ended_at is not None]
    found = [f"sign-in {each[:8]} is not there" for each in gone]
    return found + [f"sign-in {each.token_hash[:8]} was ended at {each.ended_at}" for each in ended
                    if (each.account_id, each.ended_at) not in begun]  # fmt: skip


def _pairs(question: object) -> list[tuple[str, str]]:
    with system_unit_of_work() as uow:
        return [(str(one), str(two)) for one, two in uow.rows(question)]  # type: ignore[arg-type]


def _lost_requests(book: "Book") -> list[str]:
    with system_unit_of_work() as uow:
        wishes = dict(uow.rows(select(Pupil.number, Wish).join(Wish, Wish.pupil_id == Pupil.id)))
        requests = uow.rows(select(Pupil.number, Reenrolment).join(Reenrolment, Reenrolment.pupil_id == Pupil.id))
        papers = {(number, each.document_id) for number, each in uow.rows(
            select(Pupil.number, SuppliedDocument).join(SuppliedDocument, SuppliedDocument.pupil_id == Pupil.id))
            if each.file_id is not None}  # fmt: skip
    found = []
    for number, at in dict(book.acknowledged["choice"]).items():
        wish = wishes.get(number)
        if not wish or (wish.way, tuple(wish.chosen)) not in book.tried[f"choice of {number}"][at:]:
            found.append(f"choice of {number}: {wish}")
    for request in {each.number: each for each in book.acknowledged["re-enrolment"]}.values():
        number, row = request.number, dict(requests).get(request.number)
        holds = row and (wishes[number].message, (row.way, tuple(row.chosen)))
        if holds not in book.tried[f"re-enrolment of {number}"][request.at :]:
            found.append(f"re-enrolment of {number}: {holds}")
        found += [
            f"paper {each} of the re-enrolment of {number}" for each in request.papers if (number, each) not in papers
        ]
    return found


def _lost_documents(book: "Book") -> list[str]:
    with system_unit_of_work() as uow:
        held = {
            (number, document): name.partition(".")[0]
            for number, document, name in uow.rows(
                select(Pupil.number, SuppliedDocument.document_id, SuppliedDocument.file_name).join(
                    Pupil, Pupil.id == SuppliedDocument.pupil_id
                )
            )
        }
    tries: dict[tuple[int, int], list[str]] = {}
    for number, document, name in book.tried["document"]:
        tries.setdefault((number, document), []).append(name)
    last = {(number, document): name for number, document, name in book.acknowledged["document"]}
    return [f"document {key}: {name}, found {held.get(key)}" for key, name in last.items()
            if held.get(key) not in tries[key][tries[key].index(name) :]]  # fmt: skip


def _lost_absences(book: "Book") -> list[str]:
    notices = {each.comment: each for each in every(AbsenceNotice)}
    files = {each.name: each.shown for each in every(StoredFile)}
    found = [f"absence {text}" for text in book.acknowledged["absence"] if text not in notices]
    return found + [f"document of absence {text}" for text, name in book.acknowledged["absence document"]
                    if files.get(notices[text].document) != name]  # fmt: skip


def _lost_decisions(book: "Book") -> list[str]:
    done = book.acknowledged
    requests = {row.id for row in every(ChangeRequest) if row.state == RequestState.PENDING and row.closed_at is None}
    decided = {row.request_id for row in every(FieldChange) if row.decided_at is not None}
    found = [
        f"decision on request {each}" for each in done["decision fiches"] if each in requests and each not in decided
    ]
    entries = {(row.action, row.subject_id) for row in every(AuditEntry)}
    for kind, actions in (
        ("reinscriptions", (Action.REENROLMENT_VALIDATED, Action.REENROLMENT_TO_CORRECT)),
        ("pieces", (Action.DOCUMENT_VALIDATED, Action.DOCUMENT_REFUSED)),
        ("absences", (Action.ABSENCE_DECIDED,)),
    ):
        found += [f"decision on {kind} {each}" for each in done[f"decision {kind}"]
                  if not any((action, each) in entries for action in actions)]  # fmt: skip
    return found


def halves(before: Baseline) -> list[str]:
    """What is there by half."""
    return _letters_and_journal(before) + _requests() + _renewals() + _payments() + _files() + _database()


def _letters_and_journal(before: Baseline) -> list[str]:
    entries = Counter((row.family_id, row.action) for row in every(AuditEntry, AuditEntry.id > before.entry))
    letters = Counter((row.family_id, row.kind) for row in every(Letter, Letter.id > before.letter))
    found = []
    for family in {family for family, _ in (*entries, *letters)}:
        for actions, kinds in LETTERS:
            acts, said = sum(entries[family, each] for each in actions), sum(letters[family, each] for each in kinds)
            if acts != said:
                found.append(f"family {family}: {acts} × {actions[0]}, {said} × {kinds[0]}")
    noted: Counter[str] = Counter()
    for (_, action), count in entries.items():
        noted[action] += count
    now = baseline()
    for what, rows, action in (
        ("documents", now.given - before.given, Action.DOCUMENT_GIVEN),
        ("re-enrolments", now.sent - before.sent, Action.REENROLMENT_SENT),
        ("absences", now.notices - before.notices, Action.ABSENCE_REPORTED),
    ):
        if rows != noted[action]:
            found.append(f"{rows} {what}, {noted[action]} × {action}")
    found += [f"letter {row.id} has no Message-ID" for row in every(Letter, Letter.message_id == "")]
    return found


def _requests() -> list[str]:
    found, fields = [], dict[int, list[str]]()
    for change in every(FieldChange):
        fields.setdefault(change.request_id, []).append(change.state)
    for request in every(ChangeRequest):
        states = fields.get(request.id, [])
        if not states or (ChangeState.PENDING in states) != (request.state == RequestState.PENDING):
            found.append(f"request {request.id} is {request.state}, its fields {states}")
    decided = {
        Reenrolment: set(ReenrolmentState) - {ReenrolmentState.SUBMITTED},
        AbsenceNotice: {NoticeState.ACCEPTED, NoticeState.DECLINED},
        SuppliedDocument: {DocumentState.VALIDATED, DocumentState.REFUSED},
    }
    for table, states in decided.items():
        rows = [each for each in every(table) if (each.state in states) != (each.decided_at is not None)]
        found += [f"{table.__name__} {each.id} is {each.state}, decided {each.decided_at}" for each in rows]
    return found


def _renewals() -> list[str]:
    """What was sent is what the household had chosen, with what it had to give."""
    wishes = {(each.campaign_id, each.pupil_id, each.family_id): each for each in every(Wish)}
    found = []
    for sent in every(Reenrolment, Reenrolment.state != ReenrolmentState.TO_CORRECT):
        wish = wishes.get((sent.campaign_id, sent.pupil_id, sent.household_id))
        if not wish or (wish.way, sorted(wish.chosen)) != (sent.way, sorted(sent.chosen)):
            found.append(f"re-enrolment {sent.id} asks {sent.way} {sent.chosen}, its household wished {wish}")
    return found


def _payments() -> list[str]:
    found, receipts = [], {row.number: row for row in every(Payment) if row.number.startswith("EL-")}
    settled: Counter[int] = Counter()
    for each in every(Allocation):
        settled[each.payment_id] += each.cents
    for row in every(OnlinePayment):
        payment = receipts.pop(receipt(row), None)
        if (row.state == AttemptState.PAID) != (payment is not None):
            found.append(f"payment {row.id} is {row.state}, its receipt {payment}")
        elif payment and (payment.id != row.payment_id or settled[payment.id] + row.overpaid != payment.cents):
            found.append(
                f"payment {row.id}: {payment.cents} paid, {settled[payment.id]} settled, {row.overpaid} too much"
            )
    return found + [f"receipt {number} of no payment" for number in receipts]


def _files() -> list[str]:
    found = [f"missing file {name}" for name in orphan_files.sweep(later(days=3)).missing]
    kept = every(StoredFile, col(StoredFile.removed_at).is_(None))
    named = {row.document for row in every(AbsenceNotice)} | {row.photo for row in every(Pupil)}
    used = {row.file_id for row in every(SuppliedDocument)}
    for row in kept:
        content = stored_path(row.site_id, row.name).read_bytes()
        if (len(content), hashlib.sha256(content).hexdigest()) != (row.size, row.sha256):
            found.append(f"file {row.name} is not what was written")
        if row.id not in used and row.name not in named:
            found.append(f"file {row.id} ({row.shown}) belongs to nothing")
    folder = stored_path(1, "").parent
    there, rows = {path.name for path in folder.glob("*")}, {row.name for row in every(StoredFile)}
    return found + [f"draft of a file: {name}" for name in there - rows if name.endswith(".part")]


def _database() -> list[str]:
    if database.file() is None:
        return []
    with database.engine().connect() as opened:
        said = [str(row) for (row,) in opened.exec_driver_sql("PRAGMA integrity_check").all()]
        broken = opened.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [each for each in said if each != "ok"] + [f"foreign key {row}" for row in broken]
