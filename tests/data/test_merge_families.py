"""Two families made one: everything goes somewhere, what only a person can say is asked, nobody sees more; a day to part them."""

from typing import Any

import pytest
from sqlmodel import SQLModel, select

from data.accounts.models import Account
from data.billing.models import Allocation, Instalment, Invoice, InvoiceLine, Payment
from data.core import database as database_module
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError
from data.core.external_keys import ExternalKey
from data.core.unit_of_work import UnitOfWork, unit_of_work
from data.directory import edit_families, merge_families, merge_preview, part_families
from data.directory import records as directory_records
from data.directory import search as family_search
from data.directory.merge_models import MOVES, FamilyMerge
from data.families.models import Family, Guardian, Pupil, PupilLink
from tests.data.import_helpers import HELENES, bring
from tests.demo_users import CLAIRE, HELENE, MARC, PAUL, SAMIR, account, as_, both, every, later

CONTENT = sorted({table for table, _, _ in MOVES} | {Family, ExternalKey}, key=lambda each: str(each.__tablename__))
DOUBLE = """N° famille;Rang;Civ.;Nom;Prénom;Adresse;CP;Ville;Tél. port.;E-mail;Identifiant
D-9;1;Mme;Aubry;Claire;9 rue du Port;57220;Valmont;0611223344;claire.aubry@example.org;aubry.claire2
D-9;2;M.;Aubry;Théo;9 rue du Port;57220;Valmont;;;
"""
PUPILS = "Matricule;Nom;Prénom;Né le;Sexe;N° famille\nE-1;Aubry;Lou;02/03/2017;Fille;D-9\n"
BILLS = "Facture;N° famille;Date;Montant;Libellé\nF-1;D-9;01/10/2026;300;Cotisation\n"
PAID = "N° reçu;Facture;Date;Mode;Montant\nR-1;F-1;12/10/2026;Chèque;300\n"


def rows(*tables: type[SQLModel], key: bool = True) -> list[Any]:
    """What the portal holds; without `key`, whatever number a row has."""
    kept = [[row.model_dump(exclude=None if key else {"id"}) for row in every(table)] for table in tables]
    return kept if key else [sorted(map(repr, each)) for each in kept]


def a_double() -> tuple[int, int]:
    """Claire's family a second time, with another pupil, a bill and its payment."""
    for kind, text in (("families", DOUBLE), ("pupils", PUPILS), ("invoices", BILLS), ("payments", PAID)):
        bring(kind, text)
    [key] = every(ExternalKey, ExternalKey.key == "D-9")
    return account(CLAIRE).family_id or 0, key.row_id


def answers_of(uow: UnitOfWork, kept: int, gone: int, **chosen: str) -> dict[str, str]:
    """The chosen ones by the beginning of their key; the first choice for the others."""
    answers: dict[str, str] = {}
    for _ in range(3):
        for each in merge_preview.preview(uow, kept, gone, answers).questions:
            wanted = chosen.get(each.key.split("-")[0])
            answers.setdefault(
                each.key, wanted if wanted in each.choices else list(each.choices)[-1 if wanted == "last" else 0]
            )
    return answers


def merge(kept: int, gone: int, *, by: str = PAUL, **chosen: str) -> FamilyMerge:
    with as_(by) as uow:
        answers = answers_of(uow, kept, gone, **chosen)
        return merge_families.merge(uow, kept, gone, answers, merge_preview.preview(uow, kept, gone, answers).mark)


def who(family_id: int) -> list[str]:
    return [adult.full_name for adult in every(Guardian, Guardian.family_id == family_id)]


def test_every_column_by_which_a_row_is_a_familys_is_thought_of() -> None:
    known = {(table, column) for table, column, _ in MOVES}
    needed = {(each.table, each.column) for each in database_module.references() if each.parent is Family}
    assert needed <= known
    owned = {
        (table, name)
        for table in database_module.table_classes()
        for name in table.model_fields
        if name in {"family_id", "household_id", "giver_id", "own_family_id", "reason_from_id"}
        and table is not AuditEntry
    }
    assert owned == known


@both
def test_everything_goes_to_the_one_that_stays_and_comes_back(database: str) -> None:
    kept, gone = a_double()
    before = rows(*CONTENT, key=False)
    keys = rows(Family, Guardian, Account, Invoice, InvoiceLine, Instalment, Payment, Allocation)
    merged = merge(kept, gone, adult="other")
    assert who(kept) == ["Claire Aubry", "Claire Aubry", "Théo Aubry"]
    for table, column, _ in MOVES:
        assert every(table, getattr(table, column) == gone) == [], table
    [invoice] = every(Invoice, Invoice.number == "F-1")
    assert {invoice.family_id} == {each.family_id for each in every(InvoiceLine, InvoiceLine.invoice_id == invoice.id)}
    assert {each.family_id for each in every(Allocation, Allocation.invoice_id == invoice.id)} == {kept}
    assert every(Family, Family.id == gone) == []
    with as_(PAUL) as uow:
        part_families.undo(uow, merged.id)
    assert rows(*CONTENT, key=False) == before
    assert rows(Family, Guardian, Account, Invoice, InvoiceLine, Instalment, Payment, Allocation) == keys
    assert [each.action for each in every(AuditEntry)][-1] == "merging undone"


@both
def test_one_person_twice_is_one_with_the_values_and_the_account_that_were_chosen(database: str) -> None:
    kept, gone = a_double()
    claire, double = account(CLAIRE), account("aubry.claire2")
    before = rows(Guardian, Account)
    merged = merge(kept, gone, adult=str(claire.guardian_id), values="gone", account="kept")
    [adult] = [each for each in every(Guardian, Guardian.family_id == kept) if each.first_name == "Claire"]
    assert (adult.id, adult.address, adult.profession) == (
        claire.guardian_id,
        "9 rue du Port",
        before_of(before, claire).get("profession"),
    )
    stays, blocked = account(CLAIRE), account("aubry.claire2")
    assert (stays.guardian_id, stays.disabled, blocked.guardian_id, blocked.disabled) == (adult.id, False, None, True)
    [entry] = every(AuditEntry, AuditEntry.action == "adults merged")
    assert entry.changes["address"] == ["9 rue du Port", ""]
    with as_(PAUL) as uow:
        part_families.undo(uow, merged.id)
    assert rows(Guardian, Account) == before
    assert account("aubry.claire2").guardian_id == double.guardian_id


def before_of(before: list[Any], found: Account) -> dict[str, Any]:
    return next(row for row in before[0] if row["id"] == found.guardian_id)


@both
def test_two_links_to_one_pupil_become_one_with_the_rights_that_were_answered(database: str) -> None:
    """Marc may consult Irina; Claire may do all. Nothing is raised, nor taken, in silence."""
    kept, gone = account(MARC).family_id or 0, account(CLAIRE).family_id or 0
    with as_(PAUL) as uow:
        found = merge_preview.preview(uow, kept, gone, {})
        assert [each.key.split("-")[0] for each in found.questions if each.key.startswith("rights")] == ["rights"]
        with pytest.raises(UserError, match="chaque question"):
            merge_families.merge(uow, kept, gone, {}, found.mark)
    merge(kept, gone, adult="other", rights="consult")
    [irina] = every(Pupil, Pupil.first_name == "Irina", Pupil.site_id == 1)
    [link] = every(PupilLink, PupilLink.pupil_id == irina.id)
    assert (link.family_id, link.household, link.rights) == (kept, "principal", "consult")
    with unit_of_work(account(CLAIRE)) as uow:
        assert {each.family_id for each in uow.all(select(Guardian))} == {kept}


def test_protected_addresses_ones_own_family_and_a_second_request_stop_it(database: str) -> None:
    kept, gone = a_double()
    with as_(PAUL) as uow, pytest.raises(UserError, match="même famille"):
        merge_preview.preview(uow, kept, kept, {})
    with as_(HELENE) as uow:
        edit_families.hide_contact(uow, uow.all(select(Guardian).where(Guardian.family_id == gone))[1], hidden=True)
    with as_(PAUL) as uow, pytest.raises(UserError, match="protégées"):
        merge_preview.preview(uow, kept, gone, {})
    for login, code in ((CLAIRE, "valmont"), ("petit.jean", "belrive")):
        with as_(login, code) as uow, pytest.raises(NotFound):
            merge_preview.preview(uow, kept, gone, {})


def test_a_household_under_protection_since_is_parted_by_the_responsable_and_stays_so(database: str) -> None:
    """The record of a person who was there twice came back as it was, unprotected, and with the same address."""
    kept, gone = a_double()
    merged = merge(kept, gone, adult="last")
    with as_(PAUL) as uow:
        edit_families.hide_contact(uow, uow.all(select(Guardian).where(Guardian.family_id == kept))[0], hidden=True)
    with as_(PAUL) as uow, pytest.raises(UserError, match="responsable du portail"):
        part_families.undo(uow, merged.id)
    with as_(HELENE) as uow:
        part_families.undo(uow, merged.id)
    assert {each.contact_hidden for each in every(Guardian, Guardian.family_id == gone)} == {True}


def test_what_changed_since_it_was_read_is_read_again(database: str) -> None:
    kept, gone = a_double()
    with as_(PAUL) as uow:
        answers = answers_of(uow, kept, gone)
        mark = merge_preview.preview(uow, kept, gone, answers).mark
    bring("pupils", PUPILS.replace("E-1", "E-2").replace("Lou", "Zoé"))
    with as_(PAUL) as uow, pytest.raises(UserError, match="ont changé"):
        merge_families.merge(uow, kept, gone, answers, mark)
    assert len(every(Family, Family.id == gone)) == 1


@both
def test_it_is_undone_for_a_day_and_until_somebody_worked_at_it(database: str) -> None:
    kept, gone = a_double()
    merged = merge(kept, gone, adult="other")
    with as_(PAUL, now=later(hours=24)) as uow:
        assert part_families.latest(uow, kept) is None
        with pytest.raises(UserError, match="24 heures"):
            part_families.undo(uow, merged.id)
    bring("payments", PAID.replace("R-1", "R-2").replace("300", "5").replace("F-1", "F-1"))
    bring("invoice-lines", "Facture;Rang;Libellé;Montant\nF-1;2;Frais;0\n")
    with as_(PAUL) as uow, pytest.raises(UserError, match="ont changé depuis"):
        part_families.undo(uow, merged.id)
    assert every(FamilyMerge)[0].undone_at is None


def test_the_number_of_the_family_that_went_finds_the_other_in_the_search_in_files_and_in_the_journal(
    database: str,
) -> None:
    kept, gone = a_double()
    [number] = [each.number for each in every(Family, Family.id == gone)]
    [own] = [each.number for each in every(Family, Family.id == kept)]
    merge(kept, gone, adult="other")
    with HELENES() as uow:
        for typed in (str(number), "D-9"):
            assert own in [found.family.number for found in family_search.find(uow, typed).families]
        assert "families merged" in {entry.action for entry in directory_records.journal_of(uow, kept)}
        assert part_families.merged_into(uow, kept) == [gone]
    assert bring("pupils", PUPILS.replace("E-1", "E-3").replace("D-9", str(number))).counts["added"] == 1
    assert bring("pupils", PUPILS.replace("E-1", "E-4")).counts["added"] == 1
    assert every(PupilLink)[-1].family_id == every(PupilLink)[-2].family_id == kept


def test_another_account_of_the_family_stays_as_it_was(database: str) -> None:
    """Samir's family goes into Claire's: his account comes along, his identifier and his password stay."""
    kept, gone = account(CLAIRE).family_id or 0, account(SAMIR).family_id or 0
    before = account(SAMIR)
    merge(kept, gone, adult="other")
    after = account(SAMIR)
    assert (after.family_id, after.guardian_id, after.password_hash) == (kept, before.guardian_id, before.password_hash)
