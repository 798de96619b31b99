"""Names in capitals are kept unless a person says that they are to be written as people write them."""

import pytest

from data.families.models import Guardian
from data.importing import runs as import_runs
from data.importing.capitals import as_written
from data.importing.runs import ImportRun
from tests.data.import_helpers import HELENES, carry, check, give
from tests.demo_users import every, last

FILE = "N° famille;Nom;Prénom;Ville;CP\n7001;BEN SAÏD;Rémi;METZ;57000\n7002;D’ALMEIDA;Zoé;METZ;57000\n"


@pytest.mark.parametrize(
    ("name", "written"),
    [("BEN SAÏD", "Ben Saïd"), ("D’ALMEIDA", "D’Almeida"), ("SAINT-AUBIN", "Saint-Aubin"), ("ŒUVRARD", "Œuvrard")],
)
def test_a_name_is_written_as_people_write_it(name: str, written: str) -> None:
    assert as_written(name) == written


@pytest.mark.parametrize(("answer", "names"), [("", {"BEN SAÏD", "D’ALMEIDA"}), ("written", {"Ben Saïd", "D’Almeida"})])
def test_capitals_are_asked_about_once_and_stop_nothing(database: str, answer: str, names: set[str]) -> None:
    run = give("families", FILE)
    [question] = check(run).questions
    assert (question.key, question.lines, question.is_open) == ("capitals", [2, 3], False)
    assert "BEN SAÏD → Ben Saïd" in question.samples
    if answer:
        with HELENES(writes=True) as uow:
            import_runs.answer(uow, run.id, {question.key: answer})
    assert carry(last(ImportRun, ImportRun.id == run.id)).written
    assert {
        one.last_name for one in every(Guardian) if one.first_name in {"Rémi", "Zoé"} and one.town.upper() == "METZ"
    } == names


def test_a_few_names_in_capitals_among_others_are_asked_about_by_nobody(database: str) -> None:
    run = give("families", "N° famille;Nom;Prénom\n7001;AUBERTIN;Rémi\n7002;Petit;Zoé\n7003;Roux;Ève\n")
    assert check(run).questions == []
