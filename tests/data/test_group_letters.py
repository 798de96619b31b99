"""Letters to groups: chosen, written with variables, sent once, read and accepted by households, followed by the office."""

from collections.abc import Mapping

import pytest
from sqlmodel import col, select

from components.ui.status_chip import label_of
from data.accounts.models import Account
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.fields import fold
from data.core.formats import school_year
from data.core.scope import ScopeViolation
from data.core.system_unit_of_work import system_unit_of_work
from data.directory import edit_families
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.group_letters import audience, composing, following, reading, sending, writing
from data.group_letters.following import Only
from data.group_letters.models import GroupLetter, GroupRecipient
from data.mail.outbox import Letter
from data.mail.rendering import html_of, text_of
from data.office import family_home
from data.privacy import retention
from data.schooling.models import Course, Teacher
from data.uploads import validation
from tests.demo_users import CLAIRE, HELENE, MARC, PAUL, SAMIR, account, as_, both, counts, every, last, later

EVERYONE = {"everyone": "on", "subject": "Les portes ouvertes", "text": "Bonjour {nom}.\nVenez avec {élèves}."}


def written(values: Mapping[str, str] = EVERYONE) -> GroupLetter:
    with as_(PAUL) as uow:
        return writing.save(uow, None, values)


def sent(values: Mapping[str, str] = EVERYONE) -> GroupLetter:
    letter = written(values)
    with as_(PAUL) as uow:
        sending.send(uow, letter.id, letter.version)
    sending.go_round()
    return every(GroupLetter, GroupLetter.id == letter.id)[0]


def copies(letter: GroupLetter) -> list[Letter]:
    return every(Letter, Letter.group_id == letter.id)


def faults(values: Mapping[str, str]) -> dict[str, str]:
    with as_(PAUL) as uow, pytest.raises(ValidationErrors) as wrong:
        writing.save(uow, None, {**EVERYONE, **values})
    return {name: str(error) for name, error in wrong.value.faults.items()}


def test_what_cannot_be_is_reported_while_it_is_written(database: str) -> None:
    before = counts(GroupLetter)
    assert "{prenom}" in faults({"text": "Bonjour {prenom},"})["text"]
    assert "{solde}" in faults({"text_en": "You owe {balance}."})["text_en"]
    assert "accolade" in faults({"text": "Bonjour {nom, merci"})["text"]
    assert "campagne" in faults({"text": "Avant le {clôture}."})["text"]
    assert faults({"subject": "Pour {nom}", "text": " "}).keys() == {"subject", "text"}
    assert "999999" in faults({"numbers": "1042, 999999"})["numbers"]
    assert faults({"everyone": ""}).keys() == {"everyone"}
    assert "campagne" in faults({"state": "unsent"})["campaign"]  # it would go to all who answered too
    assert faults({"everyone": "", "state": "unsent"}).keys() == {"campaign"}
    assert counts(GroupLetter) == before
    assert written({**EVERYONE, "text": "Bonjour {NOM} : {eleves}"}).text == "Bonjour {nom} : {élèves}"


@both
def test_a_letter_goes_once_to_each_household_that_can_be_reached(database: str) -> None:
    letter = written()
    with as_(PAUL) as uow:
        before = writing.draft(uow, letter.id)
        seen = composing.preview(uow, before)
        assert len(seen.letters) == 3
        assert {each.name for each in seen.households if each.number == 1042} == {"Claire Aubry"}
    for _ in range(2):
        with as_(PAUL) as uow:
            if _:
                with pytest.raises(UserError, match="déjà parti"):
                    sending.send(uow, letter.id, letter.version)
            else:
                assert sending.send(uow, letter.id, letter.version) == len(seen.households)
        sending.go_round()
        sending.go_round()
    found = copies(letter)
    assert len(found) == sum(len(each.accounts) for each in seen.households)
    assert len({each.account_id for each in found}) == len(found)
    assert {each.lane for each in found} == {2}
    claire = next(each for each in found if each.account_id == account(CLAIRE).id)
    assert text_of(claire).count("Irina") == 1
    assert claire.subject.startswith("Les portes ouvertes – ")
    assert last(GroupLetter).state == "sent"
    noted = every(AuditEntry, AuditEntry.action == "group letter sent", AuditEntry.subject_id == letter.id)
    assert [each.changes["families"][1] for each in noted] == [len(seen.households)]


def test_a_letter_that_changed_since_it_was_read_does_not_leave(database: str) -> None:
    letter = written()
    with as_(HELENE) as uow:
        writing.save(uow, letter.id, {**EVERYONE, "text": "Autre chose."})
    with as_(PAUL) as uow, pytest.raises(UserError, match="relisez"):
        sending.send(uow, letter.id, letter.version)
    assert not copies(letter)


def test_who_cannot_be_written_to_is_named_to_the_office(database: str) -> None:
    with system_unit_of_work(writes=True) as uow:
        for each in uow.all(select(Account).where(Account.login == SAMIR, Account.site_id == 1)):
            each.disabled = True
            uow.add(each)
        claire = uow.get(Guardian, account(CLAIRE).guardian_id)
        claire.email = ""
        uow.add(claire)
    letter = sent({**EVERYONE, "asks": "on"})
    with as_(PAUL, writes=False) as uow:
        found = following.followed(uow, letter, Only.BY_HAND)
    reaches = {line.number: line.row.reach for line in found.lines}
    assert reaches[1042] in {"portal", "mail"}
    assert "blocked" in reaches.values()
    mine = next(each for each in copies(letter) if each.account_id == account(CLAIRE).id)
    assert (mine.state, mine.error) == ("portal", "")
    assert not [each for each in copies(letter) if each.account_id == account(SAMIR).id]
    with as_(CLAIRE, writes=False) as uow:
        assert reading.copy_of([mine], letter.id) == mine.id
        assert [each.id for each in family_home.exchange(uow).awaited] == [letter.id]


def test_pupils_are_chosen_by_what_is_known_of_them(database: str) -> None:
    with as_(PAUL, writes=False) as uow:
        what = audience.offered(uow)
        every_one = {each.family_id for each in audience.households(uow, audience.Choice(everyone=True))}
        assert every_one
        assert what.departments == sorted(what.departments, key=fold)  # « Éveil » stands among the E
        assert what.departments[-1] != "Éveil musical"

        def chosen(**said: object) -> set[int]:
            found = audience.households(uow, audience.Choice(**said))  # type: ignore[arg-type]
            return {each.family_id for each in found}

        for said in (
            {"course": what.courses[0][0]},
            {"teacher": what.teachers[0][0]},
            {"department": what.departments[0]},
            {"cycle": what.cycles[0]},
            {"everyone": True, "unpaid": True},
        ):
            assert chosen(**said) < every_one, said
        campaign = next(each for each in what.campaigns if each.state == "active").id
        silent, whole = chosen(campaign=campaign, state="unsent"), chosen(campaign=campaign)
        assert silent
        assert silent < whole
        assert chosen(campaign=campaign, state="unsent") == audience.concerned(
            uow, audience.Choice(campaign=campaign, state="unsent")
        )
        assert chosen(everyone=True, principal=True) <= every_one
        assert chosen(numbers=(1042,)) == {account(CLAIRE).family_id}
        marc = account(MARC).family_id  # the second household
        assert marc not in chosen(everyone=True, principal=True)
        assert marc in chosen(everyone=True, principal=True, numbers=(1043,))
        assert chosen(principal=True, numbers=(1043,)) == {marc}
        assert not chosen()


def test_a_family_by_its_number_gets_the_letter_even_without_a_pupil(database: str) -> None:
    with as_(PAUL) as uow:
        family_id = account(SAMIR).family_id
        for link in uow.all(select(PupilLink).where(PupilLink.family_id == family_id)):
            uow.delete(link)
        uow.flush()
        number = uow.get(Family, family_id).number
        (found,) = audience.households(uow, audience.Choice(numbers=(number,)))
        assert (found.family_id, found.asked, len(found.accounts)) == (family_id, False, 1)


def test_names_are_text_whatever_they_say(database: str) -> None:
    with system_unit_of_work(writes=True) as uow:
        for each in uow.all(
            select(Pupil)
            .join(PupilLink, col(PupilLink.pupil_id) == Pupil.id)
            .where(PupilLink.family_id == account(CLAIRE).family_id)
        ):
            each.last_name, each.first_name = "<b>Aubry</b>{solde}", "facts"
            uow.add(each)
    letter = sent({"numbers": "1042", "subject": "Essai", "text": "{élèves} doit {solde}\nfacts"})
    mine = next(each for each in copies(letter) if each.account_id == account(CLAIRE).id)
    assert "&lt;b&gt;" in html_of(mine)
    assert "<b>Aubry" not in html_of(mine)
    assert "{solde}" in text_of(mine)
    assert [block for block in mine.blocks if block == ["p", "facts"]]


@both
def test_a_household_reads_accepts_once_and_the_office_sees_by_whom(database: str) -> None:
    """R-77"""
    letter = sent({"numbers": "1042", "subject": "Le règlement", "text": "À lire.", "asks": "on"})
    at = later(hours=1)
    for now in (at, later(hours=2)):
        with as_(CLAIRE, now=now) as uow:
            reading.mark_read(uow, letter.id)
            reading.accept(uow, letter.id)
    with as_(CLAIRE, writes=False) as uow:
        assert not family_home.exchange(uow).awaited
        row = reading.received(uow, letter.id).row
        assert (row.accepted_at, row.accepted_by, row.read_by) == (at, "Claire Aubry", "Claire Aubry")
    with as_(SAMIR) as uow:
        for refused in (reading.mark_read, reading.accept, reading.received):
            with pytest.raises(NotFound):
                refused(uow, letter.id)
        with pytest.raises(NotFound):
            uow.get(GroupLetter, letter.id)
    with as_(PAUL, writes=False) as uow:
        counts = following.followed(uow, letter, Only.ALL).counts
        assert (counts[Only.ALL], counts[Only.READ], counts[Only.ACCEPTED], counts[Only.AWAITED]) == (1, 1, 1, 0)
        title, heads, [row] = following.table(uow, letter.id, label_of)
        assert (title, len(heads), row[-1]) == ("Le règlement", len(row), "Claire Aubry")
        assert following.tallies(uow)[letter.id] == (1, 1, 1, 1)
    noted = every(AuditEntry, AuditEntry.action == "group letter accepted", AuditEntry.subject_id == letter.id)
    assert len(noted) == 1


def test_a_family_sets_nothing_but_what_it_did(database: str) -> None:
    letter = sent({"numbers": "1042", "subject": "Le règlement", "text": "À lire.", "asks": "on"})

    def refuse_to_be_asked() -> None:
        with as_(CLAIRE) as uow:
            row = reading.received(uow, letter.id).row
            row.asked = False
            uow.add(row)

    with pytest.raises(ScopeViolation):
        refuse_to_be_asked()
    assert last(GroupRecipient).asked


def test_the_second_household_that_consults_reads_it_and_is_asked_nothing(database: str) -> None:
    letter = sent({**EVERYONE, "asks": "on"})
    consulting = {each.family_id for each in every(PupilLink, PupilLink.rights == "consult")}
    deciding = {each.family_id for each in every(PupilLink, PupilLink.rights == "all")}
    rows = {each.family_id: each for each in every(GroupRecipient, GroupRecipient.letter_id == letter.id)}
    reached = [rows[each] for each in (consulting - deciding) & rows.keys()]
    assert reached
    assert not any(each.asked for each in reached)
    assert account(MARC).family_id in rows


def test_what_is_protected_is_in_no_letter(database: str) -> None:
    with as_(HELENE) as uow:
        edit_families.hide_contact(uow, uow.get(Guardian, account(CLAIRE).guardian_id), hidden=True)
    letter = sent(
        {"numbers": "1042", "subject": "Essai", "text": "{nom} {famille} {cours} {professeurs} {conservatoire}"}
    )
    mine = next(each for each in copies(letter) if each.account_id == account(CLAIRE).id)
    assert mine.recipient == "claire.aubry@example.org"
    assert "claire.aubry" not in str(mine.blocks)
    with as_(PAUL, writes=False) as uow:
        assert "claire.aubry" not in str(following.table(uow, letter.id, label_of))


def test_old_letters_leave_with_what_became_of_them(database: str) -> None:
    letter = sent({"numbers": "1042", "subject": "Essai", "text": "À lire."})
    with as_(PAUL) as uow:
        draft = writing.save(uow, None, EVERYONE)
        writing.add_document(uow, draft.id, b"%PDF-1.4 essai", "application/pdf", "Règlement.pdf")
    retention.sweep(later(days=4 * 365))
    assert len(every(GroupLetter, GroupLetter.id >= letter.id)) == 2
    retention.sweep(later(days=4 * 366))
    assert not every(GroupLetter)
    assert not every(GroupRecipient)
    assert letter.id


def test_a_sixth_document_is_reported_as_one_too_many(database: str) -> None:
    letter = written({"numbers": "1042", "subject": "Essai", "text": "À lire."})
    with as_(PAUL) as uow:
        for number in range(5):
            writing.add_document(uow, letter.id, b"%PDF-1.4 essai", "application/pdf", f"{number}.pdf")
        with pytest.raises(UserError, match="5 documents au plus") as refused:
            writing.add_document(uow, letter.id, b"%PDF-1.4 essai", "application/pdf", "6.pdf")
    assert validation.code_of(refused.value) == "joints", "as the page’s address says it"


def test_a_document_is_read_by_those_it_was_sent_to(database: str) -> None:
    """R-77"""
    letter = written({"numbers": "1042", "subject": "Essai", "text": "À lire."})
    with as_(PAUL) as uow:
        document = writing.add_document(uow, letter.id, b"%PDF-1.4 essai", "application/pdf", "Règlement.pdf")
    with as_(CLAIRE, writes=False) as uow, pytest.raises(NotFound):
        reading.content_of(uow, document.id)
    with as_(PAUL) as uow:
        sending.send(uow, letter.id, letter.version)
    sending.go_round()
    assert ["fact", "Document", "Règlement.pdf"] in copies(letter)[0].blocks
    with as_(CLAIRE, writes=False) as uow:
        assert reading.content_of(uow, document.id)[1] == b"%PDF-1.4 essai"
    for stranger in (SAMIR,):
        with as_(stranger, writes=False) as uow, pytest.raises(NotFound):
            reading.content_of(uow, document.id)
    with as_(PAUL) as uow, pytest.raises(UserError, match="déjà parti"):
        writing.remove_document(uow, letter.id, document.id)


def test_every_variable_is_filled(database: str) -> None:
    with as_(PAUL) as uow:
        year = school_year(uow.today)
        course = uow.one(select(Course).where(col(Course.teacher_id).is_not(None), Course.school_year == year))
        assert course
        teacher = uow.get(Teacher, course.teacher_id).full_name
        campaign = audience.offered(uow).campaigns[0].id
        text = " | ".join("{" + name + "}" for name in composing.VARIABLES)
        values = {"course": str(course.id), "campaign": str(campaign), "subject": "Essai", "text": text}
        seen = composing.preview(uow, writing.save(uow, None, values))
    assert seen.letters
    line = seen.letters[0][1].blocks[0][1]
    assert "{" not in line
    assert course.name in line
    assert teacher in line
