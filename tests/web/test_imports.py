"""« Imports » over HTTP and the websocket: whose it is, what a bad file does, the steps as our own script sends them."""

from collections.abc import Callable

import pytest

from tests.server import Server, wait_for
from tests.web.http_client import Person, Tab, text_of
from tests.web.page_actions import acts_of

Come = Callable[..., Person]
PATH = "/gestion/imports"
FILES = "N° famille;Nom;Prénom;Ville\r\n8001;Durand;Anne;Metz\r\n"
ACTS = {"answer", "check", "correct", "drop", "fix", "force", "import", "match", "option", "stop", "undo", "undo-read"}
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


def test_row_84_secretaries_import_while_their_site_lets_them_and_their_own_files_alone(
    portal: Server, come: Come
) -> None:
    """The setting is read at every address and every event; an open page of before does nothing either."""
    portal.change("UPDATE site SET office_imports = true WHERE id = 1")
    paul, helene = come("renard.paul"), come("lemoine.helene")
    page, theirs = give(paul, FILES), give(helene, FILES)
    money = ("/gestion/exports/modifications.xlsx", f"{PATH}/modeles/invoices.csv", "/gestion/exports/payments.csv")
    assert "Imports" in paul.text("/gestion/demandes").split("Demandes à valider")[0]
    assert "Factures" not in paul.text(PATH)
    for path in (*money, theirs, f"{theirs}/rapport.csv", f"{theirs}/corrige.csv"):
        assert paul.get(path).status_code == 404, path
    assert helene.get(page).status_code == 200
    for path in (PATH, page, f"{PATH}/modeles/families.csv", "/gestion/exports/families.csv"):
        assert paul.get(path).status_code == 200, path
    acts = sorted(acts_of(page))
    with Tab(paul, page) as tab:
        tab.act("check")
        if "Importer 1 ligne" not in tab.markup():
            tab.receive(lambda packet: "Importer 1 ligne" in packet)
        portal.change("UPDATE site SET office_imports = false WHERE id = 1")
        before = portal.rows("SELECT * FROM import_run ORDER BY id")
        for act in acts:
            assert tab.act(act, "0", lu="oui").get("reload") or act not in ACTS, act
    for path in (PATH, page, f"{page}/rapport.csv", f"{page}/corrige.csv", *READ, *money):
        assert paul.get(path).status_code == 404, path
    again = paul.post(f"{PATH}/fichier", data={"genre": "families"}, files={"fichier": ("a.csv", FILES)})
    assert again.status_code == 404
    assert portal.rows("SELECT * FROM import_run ORDER BY id") == before
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
