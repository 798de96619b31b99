"""How a file is read is shown with what says so, and a person may say otherwise: the kept file is read again."""

import io

import openpyxl
import pytest

from data.core.errors import NotFound, UserError
from data.core.spreadsheets import Reading
from data.families.models import Guardian
from data.importing import first_reading, jobs
from data.importing import runs as import_runs
from data.importing.runs import ImportRun
from tests.data.import_helpers import HELENES, bring, carry, check, faults, give
from tests.demo_users import PAUL, every, last

HEADS = ["N° famille", "Nom", "Prénom"]


def two_sheets() -> bytes:
    book = openpyxl.Workbook()
    for row in (HEADS, ["8001", "Durand", "Anne"], ["Total", None, None]):
        book.active.append(row)
    page = book.create_sheet("Anciens")
    for row in (["Liste des anciens"], ["Nom", "Prénom", "N° famille"], ["Vieux", "Paul", "8002"]):
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def again(run: ImportRun, reading: Reading) -> ImportRun:
    jobs.reread(HELENES, run.id, reading)
    return last(ImportRun, ImportRun.id == run.id)


def test_another_sheet_of_a_kept_file_is_read_and_its_columns_proposed(database: str) -> None:
    run = give("families", two_sheets(), zeros=True)
    assert (run.about, run.heads) == ("XLSX · Sheet", HEADS)
    assert first_reading.looked(HELENES, run.id).sheets == ["Sheet", "Anciens"]
    run = again(run, Reading(sheet="Anciens"))
    assert (run.about, run.heads, run.rows) == ("XLSX · Anciens", ["Nom", "Prénom", "N° famille"], 1)
    assert run.matched["columns"]["2"] == "number"
    assert run.matched["reading"] == {"sheet": "Anciens"}
    assert run.matched["zeros"] is True
    found = first_reading.looked(HELENES, run.id)
    assert (found.reading.titles_line, found.above) == (2, ["Liste des anciens"])
    carry(run)
    assert [each.first_name for each in every(Guardian, Guardian.last_name == "Vieux")] == ["Paul"]


def test_a_coding_is_chosen_with_its_words_in_sight_and_the_columns_stay_matched(database: str) -> None:
    content = "Zone 1;Nom;Prenom\n8001;Gérard;Zoé\n".encode("mac_roman")
    run = give("families", content, columns={"0": "number"})
    assert run.about == "CSV · Mac Roman · ;"
    assert dict(first_reading.looked(HELENES, run.id).codings)["cp1252"] == "GŽrard, ZoŽ"
    run = again(run, Reading(coding="cp1252"))
    assert (run.about, run.samples[1]) == ("CSV · Windows-1252 · ;", ["GŽrard"])
    assert run.matched["columns"]["0"] == "number"
    run = again(run, Reading())
    assert (run.samples[1], faults(check(run))) == (["Gérard"], [])


def test_what_is_left_out_is_reported_and_may_be_taken_in(database: str) -> None:
    text = "N° famille;Nom;Prénom;Ville;Note\n8001;Durand;Anne;Metz;a\n8002;Roy;Max;Metz;b\nTotal : 2 familles;;;;\n"
    run = give("families", text)
    found = first_reading.looked(HELENES, run.id)
    assert (run.rows, found.left_out_count) == (2, 1)
    assert [(each.line, each.text) for each in found.left_out] == [(4, "Total : 2 familles")]
    assert again(run, Reading(keep_all=True)).rows == 3


def test_a_choice_that_cannot_be_leaves_the_file_as_it_was_read(database: str) -> None:
    run = give("families", "N° famille;Nom;Prénom\n8001;Durand;Anne\n")
    for reading, why in (
        (Reading(titles_line=7), "La ligne 7 est vide"),
        (Reading(titles_line=2), "aucune ligne à lire"),
    ):
        with pytest.raises(UserError, match=why):
            jobs.reread(HELENES, run.id, reading)
    assert last(ImportRun, ImportRun.id == run.id).matched == run.matched


def test_the_evidence_is_found_again_when_it_was_forgotten(database: str) -> None:
    run = give("families", "Liste\n\nN° famille;Nom;Prénom\n8001;Durand;Anne\n")
    first_reading._looked.clear()
    assert first_reading.looked(HELENES, run.id).above == ["Liste"]
    assert run.id in first_reading._looked


def test_the_place_of_titles_and_single_lines_are_not_remembered_for_other_files(database: str) -> None:
    run = give("families", "a;b;c\nN° famille;Nom;Prénom\n8001;Durand;Anne\n8002;Roy;Max\n")
    run = again(run, Reading(titles_line=2))
    with HELENES(writes=True) as uow:
        import_runs.match(uow, run.id, {"left_out": [4], "corrections": {"3": {"1": "Durant"}}})
    carry(last(ImportRun, ImportRun.id == run.id))
    assert [each.last_name for each in every(Guardian, Guardian.first_name == "Anne")][-1] == "Durant"
    other = give("families", "N° famille;Nom;Prénom\n8003;Blanc;Eva\n8004;Brun;Tom\n8005;Noir;Zoé\n")
    assert (other.rows, other.matched["reading"], other.matched.get("left_out")) == (3, {}, None)
    assert carry(other).counts["added"] == 3


def test_reading_again_is_the_managers(database: str) -> None:
    from functools import partial

    from tests.data.import_helpers import opened

    run = give("families", "N° famille;Nom;Prénom\n8001;Durand;Anne\n")
    for act in (lambda by: jobs.reread(by, run.id, Reading()), lambda by: first_reading.looked(by, run.id)):
        with pytest.raises(NotFound):
            act(partial(opened, PAUL, "valmont"))
    bring("families", "N° famille;Nom;Prénom\n8009;Durand;Anne\n")
    done = last(ImportRun)
    with pytest.raises(UserError, match="n’attend plus"):
        jobs.reread(HELENES, done.id, Reading())
