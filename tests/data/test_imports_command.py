"""`python main.py import` as an operator runs it: a process, its words, its exit code."""

import os
import subprocess
import sys
from pathlib import Path

from data.families.models import Guardian
from data.importing.runs import ImportFile, ImportRun
from tests.data.import_helpers import FAULTY, snapshot
from tests.demo_users import every
from tests.server import ROOT

FILE = "Zone;Nom;Prénom;Ville\n8001;Durand;Anne;Metz\n"
MAPPING = '[columns]\nnumber = "Zone"\nlast_name = "Nom"\nfirst_name = "Prénom"\ntown = "Ville"\n[fixed]\nsince = "01/09/2020"\n'


def run(database: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "main.py"), "import", *map(str, arguments), "--site", "valmont"]
    environment = {**os.environ, "DATABASE_URL": database}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)


def durands() -> list[tuple[str, str]]:
    return [(each.first_name, each.town) for each in every(Guardian, Guardian.last_name == "Durand")]


def test_a_file_with_a_mapping_is_tried_then_imported_once(database: str, tmp_path: Path) -> None:
    source, mapping = tmp_path / "f.csv", tmp_path / "m.toml"
    source.write_text(FILE, encoding="cp1252")
    mapping.write_text(MAPPING, encoding="utf-8")
    tried = run(database, "families", source, "--mapping", mapping, "--dry-run")
    assert (tried.returncode, tried.stderr.count("\n")) == (0, 1)  # the name of the database
    assert "1 ajoutées, 0 modifiées, 0 sans effet ; 0 fautes." in tried.stdout
    assert durands() == []
    done = run(database, "families", source, "--mapping", mapping)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Importé.")
    assert durands() == [("Anne", "Metz")]


def test_what_cannot_be_imported_is_reported_line_by_line_and_leaves_nothing(database: str, tmp_path: Path) -> None:
    source, before = tmp_path / "f.csv", snapshot()
    source.write_text(FAULTY, encoding="utf-8")
    invalid = run(database, "families", source)
    assert (invalid.returncode, invalid.stderr.count("\n")) == (1, 1)
    assert "ligne 2, Date de naissance, « 32/01/1980 » : Le 32/01/1980 n’existe pas." in invalid.stdout
    assert (
        len([line for line in invalid.stdout.splitlines() if line.startswith("ligne ")]) >= 39
    )  # and a number that may be a day is asked about
    assert snapshot() == before
    assert every(ImportFile) == []
    assert {each.state for each in every(ImportRun)} == {"dropped"}
