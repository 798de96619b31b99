"""What is printed of a campaign, read back: dossiers, what is missing, class lists, labels."""

import io
from collections.abc import Callable

import pytest
from pypdf import PdfReader
from sqlmodel import select

from components.ui.status_chip import label_of
from data.core import sites
from data.core.errors import NotFound, UserError
from data.core.unit_of_work import UnitOfWork
from data.directory import edit_families
from data.families.models import Guardian, Pupil
from data.mail.letterhead import letterhead_of
from data.pdf.labels import labels
from data.pdf.statement import Statement, statement
from data.reenrolment import prints
from data.reenrolment.campaigns import RequiredDocument
from data.reenrolment.export import Gathered
from data.reenrolment.models import Reenrolment, SuppliedDocument
from data.reenrolment.request_list import Wanted
from data.schooling.models import Course
from tests.demo_users import CLAIRE, PAUL, as_, every

SENT = Wanted("submitted")


def campaign_id() -> int:
    return every(Reenrolment, Reenrolment.state == "submitted")[0].campaign_id


def pages(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def printed(draw: Callable[[UnitOfWork, Gathered], Statement], wanted: Wanted = SENT) -> list[str]:
    with as_(PAUL, writes=False) as uow:
        those = prints.chosen(uow, campaign_id(), wanted)
        return pages(statement(draw(uow, those), letterhead_of(sites.here(uow))))


def test_each_dossier_begins_a_page_with_its_family_its_courses_and_its_documents(database: str) -> None:
    sent = every(Reenrolment, Reenrolment.state == "submitted")
    found = printed(lambda uow, those: prints.dossiers(uow, those, label_of))
    assert len(found) >= len(sent)
    for each in sent:
        [pupil] = every(Pupil, Pupil.id == each.pupil_id)
        [adult] = every(Guardian, Guardian.family_id == each.household_id, Guardian.rank == 1)
        [page] = [page for page in found if f"{pupil.last_name} {pupil.first_name}" in page and "Dossier" in page]
        assert adult.first_name in page
        assert "Attestation d’assurance Reçue" in page


def test_what_is_missing_says_of_whom_and_how_they_are_reached(database: str) -> None:
    [page, *_] = printed(lambda uow, those: prints.missing(uow, those, label_of), Wanted("silent"))
    assert "la demande elle-même" in page
    assert "n° " in page
    [given] = every(
        SuppliedDocument, SuppliedDocument.pupil_id == every(Reenrolment, Reenrolment.state == "submitted")[0].pupil_id
    )[:1]
    with as_(PAUL) as uow:
        supplied = uow.get(SuppliedDocument, given.id)
        supplied.state = "refused"
        uow.add(supplied)
    asked = every(RequiredDocument, RequiredDocument.campaign_id == campaign_id())
    whole = " ".join(printed(lambda uow, those: prints.missing(uow, those, label_of), SENT))
    assert f"{next(each.label for each in asked if each.id == given.document_id)} (refusée)" in whole
    assert not any(each.label in whole for each in asked if not each.required), "what is optional is not missing"


def test_every_course_has_a_page_with_who_attends_it(database: str) -> None:
    found = printed(prints.classes, Wanted())
    named = {course.name for course in every(Course)}
    assert all(any(name in page for name in named) for page in found)
    irina = [page for page in found if "Aubry Irina" in page]
    assert irina
    assert all("élève" in page for page in found if "suite" not in page)


def test_a_label_a_family_and_none_of_an_address_under_protection(database: str) -> None:
    with as_(PAUL) as uow:
        those = prints.chosen(uow, campaign_id(), Wanted())
        families = {row.family_id for row in those.rows if row.family_id}
        before = prints.labels(uow, those)
        assert len(set(before)) == len(before) >= len(families)
        adult = uow.all(select(Guardian).where(Guardian.first_name == "Claire"))[0]
        edit_families.hide_contact(uow, adult, hidden=True)
        after = prints.labels(uow, prints.chosen(uow, campaign_id(), Wanted()))
        assert not any(adult.address in line for line in after)
        assert after[-1][1] == "Adresse inconnue ou protégée"
        assert "sans étiquette" in after[-1][0]
        content = labels(letterhead_of(sites.here(uow)), "Étiquettes", before * 3, uow.today, "fr")
    assert len(pages(content)) == -(-len(before) * 3 // 24)
    assert before[0][0] in pages(content)[0]


def test_a_family_prints_nothing_and_too_many_are_refused_in_words(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with as_(CLAIRE, writes=False) as uow, pytest.raises(NotFound):
        prints.chosen(uow, campaign_id(), SENT)
    monkeypatch.setattr(prints, "MAX_PUPILS", 1)
    with as_(PAUL, writes=False) as uow, pytest.raises(UserError, match="trop pour une impression"):
        prints.chosen(uow, campaign_id(), Wanted())
