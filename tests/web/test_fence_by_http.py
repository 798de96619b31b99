"""Every address, asked for by everybody with everybody else's numbers: Connexion or 404, never a word of another's."""

import re
from collections.abc import Callable

import pytest

from tests.server import Server
from tests.web.wire import Person, Tab

Come = Callable[..., Person]
PUBLIC = {
    "/connexion",
    "/mot-de-passe-perdu",
    "/aide",
    "/donnees-personnelles",
    "/mentions-legales",
    "/accessibilite",
    "/healthz",
    "/readyz",
}
OWN = {"/", "/famille", "/eleves", "/mot-de-passe", "/gestion", "/gestion/demandes"}
MARK = "Zzmarq"


@pytest.fixture
def marked(portal: Server) -> Server:
    """Samir's family holds words that stand nowhere else, in its sheets, its requests and its photograph."""
    family = portal.account("belkacem.samir")["family_id"]
    texts = {
        "guardian": "first_name last_name address complement town emergency_contact profession",
        "change_request": "title",
        "pupil": "birth_place school school_class insurance address discipline",
    }
    for table, columns in texts.items():
        whose = "id IN (SELECT pupil_id FROM pupil_link WHERE family_id = ?)" if table == "pupil" else "family_id = ?"
        portal.change(
            f"UPDATE {table} SET "
            + ", ".join(f"{column} = '{MARK}{column}'" for column in columns.split())
            + f" WHERE {whose}",
            family,
        )
    portal.change("UPDATE field_change SET new = '+33611111199', old = '+33622222299' WHERE family_id = ?", family)
    portal.change(
        "INSERT INTO stored_file (site_id, pupil_id, giver_id, name, kind, media_type, size, sha256, created_at) "
        "SELECT site_id, pupil_id, family_id, 'f00dfeedf00dfeedf00dfeedf00dfeed', 'photo', 'image/jpeg', 3, '', '2026-01-01' "
        "FROM pupil_link WHERE family_id = ?",
        family,
    )
    kept = portal.folder / "files" / str(portal.account("belkacem.samir")["site_id"])
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "f00dfeedf00dfeedf00dfeedf00dfeed").write_bytes(MARK.encode())
    return portal


def addresses(portal: Server) -> list[str]:
    """Every address with Samir's numbers in it, by the routes' own patterns."""
    request = portal.value(
        "SELECT id FROM change_request WHERE family_id = ?", portal.account("belkacem.samir")["family_id"]
    )
    return [
        "/eleves/2077/identite",
        "/documents/f00dfeedf00dfeedf00dfeedf00dfeed",
        f"/gestion/demandes?demande={request}",
        "/gestion/demandes?onglet=traitees",
        "/gestion/demandes",
        "/gestion",
        "/eleves",
        "/famille",
        "/",
        "/mot-de-passe",
    ]


def assert_nothing_of_samir(text: str) -> None:
    assert MARK not in text
    assert not re.search("06 ?11 ?11 ?11 ?99|33611111199|33622222299", text)


@pytest.mark.parametrize(
    ("login", "site"),
    [
        ("", ""),
        ("aubry.claire", "valmont"),
        ("aubry.marc", "valmont"),
        ("famille.3001", "valmont"),
        ("aubry.claire", "belrive"),
        ("petit.jean", "belrive"),
        ("nguyen.linh", "valmont"),
    ],
)
def test_no_address_shows_anything_of_another_family(marked: Server, come: Come, login: str, site: str) -> None:
    person = come(login, site)
    for address in addresses(marked):
        answer = person.get(address)
        assert_nothing_of_samir(answer.text)
        if address.startswith(("/eleves/2077", "/documents/")):
            assert answer.status_code in ({404} if login not in {"", "nguyen.linh"} else {303}), address


def test_those_who_may_do_see_it(marked: Server, come: Come) -> None:
    samir, paul = come("belkacem.samir"), come("renard.paul")
    assert MARK in samir.get("/famille").text
    assert MARK in samir.get("/eleves/2077/identite").text
    assert samir.get("/documents/f00dfeedf00dfeedf00dfeedf00dfeed").text == MARK
    assert MARK in paul.get(addresses(marked)[2]).text


def test_another_familys_number_and_a_number_of_nobody_get_the_same_answer(marked: Server, claire: Person) -> None:
    others, nobodys = (claire.get(f"/eleves/{number}/identite") for number in (2077, 9999))
    assert others.status_code == nobodys.status_code == 404
    assert others.text == nobodys.text
    for name in ("x", "../../etc/passwd", "f00dfeed" * 4, "f00dfeed" * 40, "%00"):
        assert claire.get(f"/documents/{name}").status_code == 404


def test_asking_for_what_is_anothers_is_journalled(marked: Server, claire: Person) -> None:
    claire.get("/eleves/2077/identite")
    [(actor, changes)] = marked.rows("SELECT actor, changes FROM audit_entry WHERE action = 'refused'")
    assert actor == "Claire Aubry"
    assert "/eleves/2077/identite" in changes


def test_posting_to_another_familys_pupil_keeps_nothing(marked: Server, come: Come) -> None:
    jpeg = b"\xff\xd8\xff" + b"0" * 100
    for login, site in (("aubry.claire", "valmont"), ("petit.jean", "belrive"), ("aubry.marc", "valmont")):
        answer = come(login, site).post("/eleves/2077/photo", files={"fichier": ("a.jpg", jpeg)})
        assert answer.status_code == 404
    assert marked.value("SELECT count(*) FROM stored_file") == 1


def test_the_household_that_may_consult_sends_no_photograph(portal: Server, come: Come) -> None:
    from io import BytesIO

    from PIL import Image

    picture = BytesIO()
    Image.new("RGB", (40, 40), "teal").save(picture, "JPEG")
    marc = come("aubry.marc")
    assert "Envoyer la photo" not in marc.text("/eleves/2042/identite")
    answer = marc.post("/eleves/2042/photo", files={"fichier": ("a.jpg", picture.getvalue())})
    assert answer.status_code < 500
    assert "recue" not in answer.headers.get("location", "")
    assert portal.rows("SELECT * FROM change_request WHERE sheet = 'pupil'") == []
    assert portal.rows("SELECT * FROM stored_file") == []


def test_the_second_household_sees_the_pupil_and_nothing_of_the_first(portal: Server, come: Come) -> None:
    with Tab(come("aubry.claire"), "/famille") as tab:
        tab.save(phone_mobile="06 12 34 56 78")
    with Tab(come("aubry.claire"), "/eleves/2042/identite") as tab:
        tab.save(school_class="4e A")
    marc = come("aubry.marc")
    shown = " ".join(marc.text(path) for path in ("/", "/famille", "/eleves", "/eleves/2042/identite"))
    assert "Irina Aubry" in shown
    assert "Vous pouvez consulter cette fiche." in shown
    for secret in (
        "Claire",
        "3 place du Marché",
        "06 12 34 56 78",
        "06 98 76 54 32",
        "claire.aubry@",
        "Jeanne Marchal",
        "Nino",
        "4e A",
    ):
        assert secret not in shown
    assert marc.get("/eleves/2043/identite").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/eleves/-1/identite",
        "/eleves/0/identite",
        "/eleves/99999999999999999999/identite",
        "/eleves/x/identite",
        "/eleves/2042%20/identite",
        "/eleves/2042/identite/",
        "/eleves//identite",
        "/eleves/2042.0/identite",
        "/eleves/%F0%9F%8E%B9/identite",
        "/confirmer/x",
        "/eleves/2042/identite?photo=<script>alert(1)</script>",
        "/gestion/demandes?demande=1",
        "/connexion?fin=<b>",
        "/mot-de-passe?fait=%00",
    ],
)
def test_an_odd_address_is_no_fault_of_the_server(claire: Person, address: str) -> None:
    answer = claire.get(address)
    assert answer.status_code in {200, 303, 307, 404}
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "?demande=x",
        "?demande=-1",
        "?demande=99999999",
        "?demande=9999999999999",
        "?onglet=zzz",
        "?demande=²",
        "?demande=1&demande=2",
        "?onglet=%00",
        "?demande=" + "9" * 5000,
    ],
)
def test_an_odd_request_number_is_told_in_words(paul: Person, address: str) -> None:
    assert "Demandes à valider" in paul.text(f"/gestion/demandes{address}")


def test_every_known_address_is_walked_as_stranger_family_and_staff(portal: Server, come: Come) -> None:
    stranger, claire, paul = come(), come("aubry.claire"), come("renard.paul")
    for address in sorted(PUBLIC):
        assert {person.get(address).status_code for person in (stranger, claire, paul)} <= {200, 303}, address
    for address in sorted(OWN):
        assert stranger.get(address).status_code == 303, address
    assert {claire.get(address).status_code for address in ("/gestion", "/gestion/demandes")} == {404}
    assert {paul.get(address).status_code for address in ("/famille", "/eleves", "/eleves/2042/identite")} == {404}
    assert {paul.post(address).status_code for address in ("/eleves/2042/photo",)} == {404}
    assert {
        stranger.post(address).status_code
        for address in ("/rester", "/deconnexion", "/mot-de-passe", "/eleves/1/photo")
    } == {303}
