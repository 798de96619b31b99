"""« Imports » over HTTP and the websocket: whose it is, what a bad file does, the steps as our own script sends them."""

from collections.abc import Callable

import pytest

from tests.server import Server, wait_for
from tests.web.http_client import Person, Tab, text_of

Come = Callable[..., Person]
PATH = "/gestion/imports"
FILES = "N° famille;Nom;Prénom;Ville\r\n8001;Durand;Anne;Metz\r\n"
READ = (PATH, f"{PATH}/modeles/families.csv", "/gestion/exports/families.csv", "/gestion/exports/modifications.xlsx")


def give(person: Person, content: bytes | str, kind: str = "families", name: str = "a.csv") -> str:
    """Where the file's own page is."""
    sent = content.encode() if isinstance(content, str) else content
    answer = person.post(f"{PATH}/fichier", data={"genre": kind}, files={"fichier": (name, sent)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_row_84_for_the_office_and_for_families_imports_do_not_exist(portal: Server, come: Come) -> None:
    helene, others = come("lemoine.helene"), [come("renard.paul"), come("aubry.claire")]
    page = give(helene, FILES)
    for path in (*READ, page, f"{page}/rapport.csv"):
        assert {person.get(path).status_code for person in others} == {404}, path
        assert come().get(path).status_code == 303
    for path in READ:
        assert helene.get(path).status_code == 200, path
    for person in (*others, come("petit.jean", "belrive")):
        assert person.get(page).status_code == 404
    for person in others:
        assert (
            person.post(f"{PATH}/fichier", data={"genre": "families"}, files={"fichier": ("a.csv", FILES)}).status_code
            == 404
        )
    assert "Imports" not in others[0].text("/gestion/demandes").split("Demandes à valider")[0]
    assert portal.value("SELECT count(*) FROM import_run") == 1


def test_row_84_an_event_of_the_office_does_nothing(portal: Server, come: Come) -> None:
    helene = come("lemoine.helene")
    with Tab(helene, give(helene, FILES)) as tab:
        portal.change("UPDATE account SET role = 'secretariat' WHERE login = 'lemoine.helene' AND site_id = 1")
        for act in ("check", "import", "drop", "force", "match"):
            tab.act(act, "0")
    assert portal.value("SELECT state FROM import_run") == "waiting"
    assert portal.value("SELECT count(*) FROM guardian WHERE last_name = 'Durand'") == 0


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"", "vide"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien format .xls"),
        ("a.xlsx", b"PK\x03\x04rest", "endommagé"),
        ("../../a\r\nX: y.csv", b"Nom;Ville\r\n", "que ses titres"),
        ("<script>.csv", b"\x00\x01\x02", "ne se lisent pas"),
    ],
)
def test_row_95_what_is_no_table_is_refused_with_words(
    portal: Server, come: Come, name: str, content: bytes, expected: str
) -> None:
    helene = come("lemoine.helene")
    assert expected in helene.text(give(helene, content, name=name))


def test_row_95_a_body_too_large_and_a_form_without_file_are_answered(portal: Server, come: Come) -> None:
    helene = come("lemoine.helene")
    big = helene.post(
        f"{PATH}/fichier", data={"genre": "families"}, files={"fichier": ("a.csv", b"x" * (13 * 1024 * 1024))}
    )
    assert big.status_code == 413
    for data in ({}, {"genre": "nonsense"}):  # what the file holds is recognised
        answer = helene.post(f"{PATH}/fichier", data=data, files={"fichier": ("a.csv", FILES)})
        assert "Familles et adultes" in text_of(helene.get(answer.headers["location"]).text)
    lacking = helene.post(f"{PATH}/fichier", data={"genre": "families"})
    assert "Choisissez un fichier" in text_of(helene.get(lacking.headers["location"]).text)


@pytest.mark.parametrize(
    "path", ["0", "x", "-1", "9999999", "99999999999999999999", "1.5", "%00", "1/rapport.pdf", "1/rapport.csv"]
)
def test_a_number_of_nobody_is_not_found(come: Come, path: str) -> None:
    assert come("lemoine.helene").get(f"{PATH}/{path}").status_code == 404


def test_the_steps_lead_to_rows_and_the_report_can_be_taken(portal: Server, come: Come) -> None:
    helene = come("lemoine.helene")
    page = give(helene, FILES)
    with Tab(helene, page) as tab:
        tab.act("match", "3", **{"match-3": ""})
        tab.act("match", "3", **{"match-3": "town"})
        tab.act("fix", "since", **{"fix-since": "01/09/2020"})
        tab.act("check")
        wait_for(lambda: "Lignes qui ajoutent" in helene.text(page), "the check")
        report = helene.get(f"{page}/rapport.csv")
        assert "Anne Durand" in report.text
        assert report.headers["content-disposition"].startswith("attachment")
        tab.act("import")
        wait_for(lambda: portal.value("SELECT state FROM import_run") == "done", "the import")
    assert portal.value("SELECT town FROM guardian WHERE last_name = 'Durand'") == "Metz"
    assert "a déjà été importé" in helene.text(give(helene, FILES))


def test_points_to_check_are_read_before_anything_is_written(portal: Server, come: Come) -> None:
    helene = come("lemoine.helene")
    page = give(helene, "N° famille;Rang;Nom;Prénom\r\n1042;1;Autre;Personne\r\n")
    with Tab(helene, page) as tab:
        tab.act("check")
        wait_for(lambda: "À vérifier avant" in helene.text(page), "the check")
        tab.act("import")
        assert portal.value("SELECT state FROM import_run") == "waiting"
        tab.act("import", lu="oui")
        wait_for(lambda: portal.value("SELECT state FROM import_run") == "done", "the import")
    assert portal.value("SELECT last_name FROM guardian WHERE first_name = 'Personne'") == "Autre"
