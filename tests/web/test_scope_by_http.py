"""Every address, asked for by everybody with everybody else's numbers: Connexion or 404, never a word of another's (rule R-26)."""

from collections.abc import Callable

import pytest

from tests.days import THOROUGH
from tests.server import Server
from tests.web.canary_family import (
    CANARY,
    Theirs,
    addresses,
    assert_nothing_of_theirs,
    plant_canary,
    snapshot,
    text_of_answer,
)
from tests.web.http_client import Person, Tab
from tests.web.test_audiences import routes  # noqa: F401

Come = Callable[..., Person]
JPEG = b"\xff\xd8\xff" + b"0" * 100
Routes = list[tuple[str, str, str, list[str]]]
PUBLIC = {
    "/connexion",
    "/mot-de-passe-perdu",
    "/identifiant-oublie",
    "/aide",
    "/donnees-personnelles",
    "/mentions-legales",
    "/accessibilite",
    "/healthz",
    "/readyz",
}
OWN = {"/", "/famille", "/eleves", "/mot-de-passe", "/gestion", "/gestion/demandes", "/gestion/familles", "/gestion/courriels",
       "/gestion/courriels/textes", "/gestion/journal", "/gestion/journal.csv", "/mot-de-passe/courriers", "/mot-de-passe/agenda",
       "/mot-de-passe/donnees", "/mot-de-passe/donnees.zip"}  # fmt: skip
OWN_TOO = (
    "/facturation/{kind}/payer",
    "/gestion/exports/modifications.{form}",
)  # holds a word of the address, and shows whose page it is
BANK_RETURN = "/facturation/retour/{payment}"  # the same page for everybody: it asks again by GET
ANYONES = (
    "/donnees-personnelles/",
    "/demonstration/courriels/",  # on the demonstration's own machine alone
    "/verifier/{code}",
    "/confirmer/{token}",
    "/paiement/",
    "/apparence/",
    "/application/",
    "/hors-ligne/",  # of what a device keeps: gone
    "/logo/",
    "/premier-demarrage/",
    "/agenda/{token}",
    "/agenda/arret/",
    "/recapitulatif/arret/",
)
STAFFS = ("", "?onglet=traitees", "?onglet=absences", "?onglet=messages", "?onglet=paiements")
OTHERS = [
    ("aubry.marc", "valmont"),
    ("petit.jean", "belrive"),
    ("nguyen.linh", "valmont"),
    *(
        [("", ""), ("aubry.claire", "valmont"), ("famille.3001", "valmont"), ("aubry.claire", "belrive")]
        if THOROUGH
        else []
    ),
]


@pytest.fixture
def canary(portal: Server) -> Theirs:
    """Samir's family: its words stand nowhere else."""
    return plant_canary(portal)


def gets(theirs: Theirs, routes: Routes) -> dict[str, str]:  # noqa: F811
    """Every address that is read, with the family's numbers in it; the queue at their requests."""
    ours = [path for path, audience, _, methods in routes if audience and "GET" in methods]
    found = addresses(theirs, [path for path in ours if path not in {"/deconnexion", "/metrics"}])
    request = theirs.portal.value("SELECT max(id) FROM change_request WHERE family_id = ?", theirs.family)
    for query in (*STAFFS, f"?demande={request}", f"?onglet=absences&demande={theirs.one('absence_notice')}",
                  f"?onglet=messages&demande={theirs.one('inquiry')}"):  # fmt: skip
        found[f"/gestion/demandes{query}"] = "/gestion/demandes"
    for address in letters_of(theirs):
        found[address] = address.partition("?")[0]
    return found


def letters_of(theirs: Theirs) -> list[str]:
    """What would show a letter of theirs, or what the journal says of them."""
    letter, entry = theirs.one("letter"), theirs.one("audit_entry")
    return [
        f"/mot-de-passe/courriers?courrier={letter}",
        f"/gestion/courriels?courriel={letter}",
        f"/gestion/courriels?r={CANARY[1:5]}",
        "/gestion/courriels/textes?genre=request_decided",
        f"/gestion/journal?entree={entry}",
        f"/gestion/journal?famille={theirs.portal.value('SELECT number FROM family WHERE id = ?', theirs.family)}",
        "/gestion/journal.csv",
    ]


@pytest.fixture(params=OTHERS, ids="@".join)
def other(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Another's login and site."""
    return request.param


def test_no_address_shows_anything_of_another_family(
    canary: Theirs,
    come: Come,
    routes: Routes,  # noqa: F811
    other: tuple[str, str],
) -> None:
    person, walked = come(*other), gets(canary, routes)
    assert len(walked) > 50
    # the journal first: later it tells which addresses this person asked for
    for address, pattern in sorted(walked.items(), key=lambda pair: "/journal" not in pair[0]):
        answer = person.get(address)
        assert_nothing_of_theirs(text_of_answer(answer), address)
        if "{" in pattern and not pattern.startswith((*OWN_TOO, *ANYONES)):
            assert answer.status_code == (404 if other[0] not in {"", "nguyen.linh"} else 303), address
        assert answer.status_code in {200, 204, 303, 404} or pattern.startswith(ANYONES), address


def test_those_who_may_do_see_it(canary: Theirs, come: Come, routes: Routes) -> None:  # noqa: F811
    samir, paul, papers = come("belkacem.samir"), come("renard.paul"), canary.files[2:]
    for address, pattern in gets(canary, routes).items():
        if (
            pattern.startswith(("/eleves/", "/facturation/", "/documents/", "/courriers/", "/famille", "/demandes"))
            and "/modeles/" not in pattern
        ):
            answer = samir.get(address)
            shown = not any(
                each in address for each in papers
            )  # what we wrote is no document: it has addresses of its own
            assert (answer.status_code, CANARY.lower() in text_of_answer(answer).lower()) == (
                (200, True) if shown else (404, False)
            ), address
    for query in STAFFS:
        assert CANARY in paul.get(f"/gestion/demandes{query}").text or query == "?onglet=traitees", query
    helene = come("lemoine.helene")
    assert CANARY in samir.get(letters_of(canary)[0]).text
    for address in letters_of(canary)[4:]:
        assert CANARY in helene.get(address).text, address
        assert paul.get(address).status_code == 404, address
    for address in letters_of(canary)[1:3]:
        assert CANARY in paul.get(address).text, address
    for name in canary.files[:2]:
        assert paul.get(f"/documents/{name}").text == CANARY


def test_a_second_household_sees_the_pupil_and_none_of_what_is_the_first_ones(
    portal: Server,
    come: Come,
    routes: Routes,  # noqa: F811
) -> None:
    claires, marc = plant_canary(portal, "aubry.claire", 2042, shared=True), come("aubry.marc")
    for address, pattern in gets(claires, routes).items():
        answer = marc.get(address)
        assert_nothing_of_theirs(text_of_answer(answer), address)
        if pattern.startswith(("/facturation/factures", "/facturation/recus", "/facturation/retour", "/documents/")):
            assert answer.status_code == 404, address
    assert "Irina Aubry" in marc.text("/eleves/2042/absences")
    assert "n’avez annoncé aucune absence" in marc.text("/eleves/2042/absences")
    assert marc.get(f"/eleves/2042/attestations/paiement-{claires.year}.pdf").status_code == 404


def test_another_familys_number_and_a_number_of_nobody_get_the_same_answer(canary: Theirs, claire: Person) -> None:
    others, nobodys = (claire.get(f"/eleves/{number}/identite") for number in (2077, 9999))
    assert others.status_code == nobodys.status_code == 404
    assert others.text == nobodys.text
    for name in ("x", "../../etc/passwd", "f00dfeed" * 4, "f00dfeed" * 40, "%00"):
        assert claire.get(f"/documents/{name}").status_code == 404


def test_asking_for_what_is_anothers_is_journalled(launch: Callable[..., Server], come: Come) -> None:
    """A portal of its own: what another test was refused a moment ago is told first, and this would be counted for a minute."""
    server = launch()
    come("aubry.claire", to=server).get("/eleves/2077/identite")
    ((actor, changes),) = server.rows("SELECT actor, changes FROM audit_entry WHERE action = 'refused'")
    assert actor == "Claire Aubry"
    assert "/eleves/2077/identite" in changes


def test_no_address_takes_anything_for_another_family(
    canary: Theirs,
    come: Come,
    routes: Routes,  # noqa: F811
    other: tuple[str, str],
) -> None:
    """Forms and files, sent to every address that takes some, with the family's numbers in the address and in the form."""
    (login, site), portal = other, canary.portal
    person = come(login, site)
    own = portal.account(login, site)["family_id"] if login else None
    walked = addresses(canary, [path for path, _, _, methods in routes if "POST" in methods and "{" in path])
    assert {"/eleves/2077/photo", f"/eleves/2077/absences/{canary.one('absence_notice')}/document"} <= set(walked)
    before, files = snapshot(portal, besides=own), sorted(portal.folder.glob("files/*/*"))
    form = {"facture": str(canary.rows["invoice"][1]), "reponse": "accepter", "site_id": "1"}
    for address, pattern in walked.items():
        for sent in (None, {"fichier": ("a.jpg", JPEG)}):
            answer = person.post(address, data=form, files=sent)
            assert_nothing_of_theirs(text_of_answer(answer), address)
            if pattern == BANK_RETURN:
                assert answer.status_code == 200, address
            elif pattern.startswith(ANYONES):
                assert 400 <= answer.status_code < 500, address
            else:
                raised = {404, 409} if pattern.startswith(OWN_TOO) else {404}  # 409: no payment online on that site
                assert answer.status_code in (raised if login not in {"", "nguyen.linh"} else {303}), address
    assert snapshot(portal, besides=own) == before
    assert sorted(portal.folder.glob("files/*/*")) == files


PARTS = (
    *("identite", "apparence", "champs", "phrases", "actualites", "textes-legaux", "accessibilite", "conservation"),
    *("registre", "violation", "paiement", "securite", "courriel", "comptes", "etat"),
)


def test_the_settings_are_a_managers_and_nobody_elses(portal: Server, come: Come) -> None:
    """Row 84: for the office too they do not exist."""
    helene, others = come("lemoine.helene"), [come("renard.paul"), come("aubry.claire")]
    for path in ("/gestion/reglages", *(f"/gestion/reglages/{part}" for part in PARTS)):
        assert helene.get(path).status_code == 200, path
        assert {person.get(path).status_code for person in others} == {404}, path
        assert come().get(path).status_code == 303
    assert {person.post("/gestion/reglages/apparence").status_code for person in others} == {404}
    assert "Réglages" not in others[0].text("/gestion")


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
    assert portal.rows("SELECT * FROM stored_file WHERE kind = 'photo'") == []


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
def test_an_odd_request_number_is_reported_in_words(paul: Person, address: str) -> None:
    assert "Demandes à valider" in paul.text(f"/gestion/demandes{address}")


def test_every_known_address_is_walked_as_stranger_family_and_staff(portal: Server, come: Come) -> None:
    stranger, claire, paul = come(), come("aubry.claire"), come("renard.paul")
    for address in sorted(PUBLIC):
        assert {person.get(address).status_code for person in (stranger, claire, paul)} <= {200, 303}, address
    for address in sorted(OWN):
        assert stranger.get(address).status_code == 303, address
    assert {claire.get(address).status_code for address in OWN if address.startswith("/gestion")} == {404}
    assert {
        paul.get(address).status_code
        for address in ("/gestion/journal", "/gestion/journal.csv", "/mot-de-passe/agenda")
    } == {404}
    assert {paul.get(address).status_code for address in ("/famille", "/eleves", "/eleves/2042/identite")} == {404}
    assert {paul.post(address).status_code for address in ("/eleves/2042/photo",)} == {404}
    assert {
        stranger.post(address).status_code
        for address in ("/rester", "/deconnexion", "/mot-de-passe", "/eleves/1/photo")
    } == {303}
