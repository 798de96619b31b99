"""The record in reading mode: it says what the family's own screens say, and its tabs count what they hold."""

from sqlmodel import select

from data.billing import models as billing
from data.directory import brief, records
from data.families import models as families
from data.mail.outbox import Letter
from data.reenrolment import models as reenrolment
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import ReenrolmentState
from data.schooling import models as schooling
from tests.demo_users import PAUL, as_, both, every

NUMBERS = (1042, 1077, 3001, 3002, 3004, 3007, 3010)


@both
def test_the_brief_says_what_the_familys_screens_say(database: str) -> None:
    for number in NUMBERS:
        with as_(PAUL, writes=False) as uow:
            family = families.by_number(uow, number)
            _, linked = families.of_family(uow, family.id)
            text = brief.of_family(uow, family, [pupil for pupil, _ in linked])
            ledgers = billing.of_family(uow, family.id).values()
            unpaid = [entry.next_due for ledger in ledgers for entry in ledger.unpaid if entry.next_due]
            assert text.next_due == min(unpaid, default=None), number
            assert brief.numbers(uow, family.id).balance == sum(ledger.balance for ledger in ledgers), number
            assert [each.id for each in text.letters] == [
                each.id for each in records.letters_of(uow, family.id)[: brief.LETTERS]
            ]
            moments = [each.created_at for each in records.letters_of(uow, family.id)]
            assert moments == sorted(moments, reverse=True), number
            campaign = uow.all(select(Campaign).where(Campaign.state == "active"))[0]
            for each in text.pupils:
                now = reenrolment.situation(uow, each.pupil, campaign, family_id=family.id)
                lacking = [] if now.way == "leaving" and now.sent else [item.document.label for item in now.lacking]
                assert list(each.missing) == lacking, (number, each.pupil.full_name)
                silent = ReenrolmentState.DRAFT if now.wish and now.wish.way else ReenrolmentState.SILENT
                assert each.state == (now.sent.state if now.sent else silent)
                courses = {one.enrolment.id for one in schooling.courses(uow, each.pupil.id)}
                assert {one.enrolment.id for one in each.courses} == courses


@both
def test_the_tabs_count_what_they_hold_of_one_family_alone(database: str) -> None:
    with as_(PAUL, writes=False) as uow:
        for number in NUMBERS:
            family = families.by_number(uow, number)
            counted = brief.numbers(uow, family.id)
            kinds = (records.reenrolments, records.documents, records.absences, records.messages)
            changes = {request.id for request, _, _ in records.requests(uow, family.id)}
            assert counted.requests == sum(len(kind(uow, family.id)) for kind in kinds) + len(changes)
            assert counted.bills == sum(len(ledger.entries) for ledger in billing.of_family(uow, family.id).values())
            assert counted.letters == len(every(Letter, Letter.family_id == family.id))
