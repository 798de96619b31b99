"""Exports: what leaves comes back the same, opens safely in a spreadsheet, and is of one site only."""

import io
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from data.change_requests import review
from data.change_requests import submission as change_requests
from data.core import events, spreadsheets
from data.core.audit import AuditEntry
from data.core.errors import NotFound
from data.importing import exporting, long_exports, worker_process
from data.importing.kinds.registry import KINDS, counts
from data.importing.worker_process import Person
from tests.data.import_helpers import HELENES, bring, opened, take, take_all
from tests.data.site_helpers import an_empty_site
from tests.days import THOROUGH
from tests.demo_users import CLAIRE, HELENE, PAUL, as_, both, every, guardian

BELRIVE = partial(opened, "petit.jean", "belrive")


@pytest.mark.skipif(not THOROUGH, reason="every kind of a whole site, there and back")
def test_all_of_a_site_goes_into_a_new_portal_and_comes_out_byte_for_byte(database: str, tmp_path: Path) -> None:
    taken = take_all()
    an_empty_site(f"sqlite:///{tmp_path}/new.db")
    for name, content in taken.items():
        bring(name, content)
    assert take_all() == taken
    for name, content in taken.items():
        assert bring(name, content + b"\r\n").counts["unchanged"] == len(spreadsheets.read(content).rows), name


@both
def test_a_workbook_comes_back_the_same(database: str) -> None:
    for name in ("families", "pupils", "enrolments", "invoices"):
        content = take(name, "xlsx")
        assert bring(name, content).counts["unchanged"] == len(spreadsheets.read(content).rows), name


@both
def test_a_worker_process_writes_the_same_file_for_whom_it_may(database: str) -> None:
    with HELENES() as uow:
        helene = Person.of(uow)
    seen: list[str] = []

    def look() -> None:
        under_way = long_exports.of(helene.id)
        seen.append(under_way.kind if under_way else "")

    leave = events.follow(("exports", helene.id), look)
    assert long_exports.write(helene, "families", "csv", 33)[0] == take("families")
    leave()
    assert (seen[0], seen[-1]) == ("families", ""), "its page follows it"
    with pytest.raises(NotFound):
        worker_process.export(replace(helene, role="secretariat"), "families", "csv")


def test_row_85_nothing_in_an_export_is_a_formula(database: str) -> None:
    with as_(HELENE) as uow:
        claire = guardian(uow)
        for name, text in (
            ("last_name", "=cmd|' /C calc'!A0"),
            ("first_name", "+1"),
            ("profession", "@x"),
            ("address", "-2+3"),
        ):
            setattr(claire, name, text)
        uow.add(claire)
    rows = [line.split('";"') for line in take("families").decode("utf-8-sig").split('\r\n"')]
    cells = [cell.strip('"') for row in rows for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert "'@x" in cells
    assert [cell for cell in cells if cell[:1] in set("=+-@\t\r") and not cell[1:].replace(" ", "").isdecimal()] == []
    sheet = openpyxl.load_workbook(io.BytesIO(take("families", "xlsx"))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


@pytest.mark.parametrize("name", KINDS)
def test_an_export_holds_its_site_only(database: str, name: str) -> None:
    rows = spreadsheets.read(take(name)).rows
    with HELENES() as uow:
        assert counts(uow)[name] == len(rows)
    with BELRIVE() as uow:
        theirs = exporting.gather(uow, KINDS[name])
        assert counts(uow)[name] == exporting.file_of(theirs, KINDS[name], "csv")[1]


def test_a_model_is_read_by_its_own_import(database: str) -> None:
    for name, record in KINDS.items():
        columns = [each for each in record.columns if not each.only_read]
        for form in ("csv", "xlsx"):
            sheet = spreadsheets.read(exporting.model(record, form))  # type: ignore[arg-type]
            assert sheet.heads == [each.label for each in columns], name
            for each, cell in zip(columns, sheet.rows[0][1], strict=True):
                if cell not in ("", None):
                    each.read(cell)


def test_the_journal_of_accepted_changes_is_taken_since_a_day(database: str) -> None:
    with as_(CLAIRE) as uow:
        change_requests.propose(uow, guardian(uow), {"address": "=12 rue Neuve", "phone_home": "03 87 00 00 01"})
    with as_(PAUL) as uow:
        request = change_requests.pending_request(uow, guardian_of(uow))
        assert request
        seen = {line.field.name: line.now for line in review.lines(uow, request)}
        review.decide(
            uow, request.id, request.version, {name: ("accepted", seen[name]) for name in ("address", "phone_home")}
        )
    with HELENES() as uow:
        rows = exporting.accepted_since(uow, uow.today)
        none = exporting.accepted_since(uow, uow.today + timedelta(days=1))
    found = [row for row in rows if row[0] == 1042 and row[5] == "Adresse"]
    assert found[-1][6:8] == ["3 place du Marché", "=12 rue Neuve"]
    assert none == []
    assert b"'=12 rue Neuve" in exporting.changes_file(rows, "csv")
    with BELRIVE() as uow:
        assert exporting.accepted_since(uow, date(2000, 1, 1)) == []


def guardian_of(uow):  # type: ignore[no-untyped-def]
    from sqlmodel import select

    from data.families.models import Guardian

    return uow.one(select(Guardian).where(Guardian.first_name == "Claire", Guardian.last_name == "Aubry"))


def test_who_took_what_is_journalled(database: str) -> None:
    with HELENES(writes=True) as uow:
        exporting.note(uow, "families", 12)
    assert every(AuditEntry, AuditEntry.action == "exported")[-1].changes == {
        "kind": ["", "families"],
        "rows": ["", 12],
    }
