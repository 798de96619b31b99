"""« Imports » in each of its states, for whoever walks or pictures screens: files given, checked, imported and read back by HTTP."""

from collections.abc import Callable
from contextlib import closing

from tests import sample_files
from tests.data.import_helpers import FAULTY
from tests.server import Server
from tests.web.http_client import Person, Tab

NOTICE = "Liste des foyers\r\n\r\n"
HOUSEHOLDS = (
    "N° famille;Nom;Prénom;Adresse;CP;Ville;Tél. port.;E-mail;Gestionnaire;Date de naissance\r\n"
    "8001;Durand;Anne;3 rue Haute;57000;Metz;0612345678;anne.durand@example.org;Mme Odile;1.2.1982\r\n"
    "8002;Morel;Bea;5 rue Haute;57000;Metz;06 12 34 56 79;bea.morel@example.org;Mme Odile;3.4.1979\r\n"
    "Total;2;;;;;;;;\r\n"
)
BAD = b"PK\x03\x04rest"
EACH = {"columns", "faults", "questions", "preview", "done", "undo", "undone", "refused"}


def make(portal: Server) -> dict[str, str]:
    """State -> the address of a file that is in it."""
    with closing(Person(portal, "lemoine.helene")) as helene:
        found = {
            "columns": _give(helene, "foyers.csv", (NOTICE + HOUSEHOLDS).encode("cp1252")),
            "refused": _give(helene, "eleves.xlsx", BAD),
            "faults": _check(helene, _give(helene, "vieux-fichier.csv", FAULTY.encode()), "à corriger"),
            "questions": _check(helene, _give(helene, *sample_files.small_school()), "fieldset"),
            "preview": _check(helene, _give(helene, *sample_files.school_program()), "Lignes qui ajoutent"),
        }
        found["done"] = _carry(helene, _give(helene, "foyers-2.csv", HOUSEHOLDS.replace("800", "810").encode("cp1252")))
        found["undo"] = _carry(helene, _give(helene, "foyers-3.csv", HOUSEHOLDS.replace("800", "820").encode("cp1252")))
        portal.change("UPDATE guardian SET town = 'Toul' WHERE last_name = 'Morel' AND first_name = 'Bea'")
        _act(helene, found["undo"], "Ce qui reste", "undo-read")
        found["undone"] = _carry(
            helene, _give(helene, "foyers-4.csv", HOUSEHOLDS.replace("800", "830").encode("cp1252"))
        )
        _act(helene, found["undone"], "retirée", "undo-read")
        _act(helene, found["undone"], "Import repris le", "undo", lu="oui")
    assert set(found) == EACH
    return found


def _give(person: Person, name: str, content: bytes) -> str:
    answer = person.post("/gestion/imports/fichier", files={"fichier": (name, content)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def _check(person: Person, page: str, expected: str) -> str:
    return _act(person, page, expected, "check")


def _carry(person: Person, page: str) -> str:
    _check(person, page, "Lignes qui ajoutent")
    return _act(person, page, "lignes ajoutées", "import", lu="oui")


def _act(person: Person, page: str, expected: str, do: str, **values: str) -> str:
    with Tab(person, page) as tab:
        tab.act(do, **values)
        tab.wait_until(_shows(tab, expected))
    return page


def _shows(tab: Tab, expected: str) -> Callable[[], bool]:
    return lambda: expected in tab.markup()
