"""Sessions: how long, how many, who ends them, and what the cookie is (rules R-20 to R-24, rows 30-40)."""

from collections.abc import Callable

import httpx
import pytest

from tests.server import PASSWORD, Server
from tests.web.http_client import Person, Tab, ended, text_of

Come, Launch = Callable[..., Person], Callable[..., Server]
NEW = "quatre mots bien choisis"


def move_back(portal: Server, **columns: str) -> None:
    for column, time in columns.items():
        portal.change(f"UPDATE sign_in SET {column} = datetime(now(), '{time}') WHERE ended_at IS NULL")


def test_the_cookie_cannot_be_read_by_a_script_nor_sent_by_another_site(come: Come) -> None:
    given = come().sign_in("aubry.claire").headers.get_list("set-cookie")
    session = next(each for each in given if each.startswith("anacrouse="))
    device = next(each for each in given if each.startswith("appareil="))
    for each in (session, device):
        assert "httponly" in each.lower()
        assert "samesite=lax" in each.lower()
        assert "domain" not in each.lower()
    assert "max-age" not in session.lower()


def test_behind_https_the_cookie_is_bound_to_the_host(launch: Launch, come: Come) -> None:
    own = launch(BASE_URL="https://portail.example.org")
    answer = httpx.post(
        f"{own.url}/connexion",
        headers={"origin": "https://portail.example.org"},
        data={"site": "valmont", "identifiant": "aubry.claire", "mot_de_passe": PASSWORD},
    )
    given = answer.headers.get_list("set-cookie")
    assert {"__Host-anacrouse", "__Host-appareil"} <= {each.partition("=")[0] for each in given}
    assert all(each.startswith("__Host-") for each in given)
    assert all("secure" in each.lower() and "path=/" in each.lower() for each in given)
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "ws:" not in answer.headers["content-security-policy"]


def test_the_token_is_never_in_the_database(portal: Server, claire: Person) -> None:
    assert claire.get("/").status_code == 200
    stored = [value for (value,) in portal.rows("SELECT token_hash FROM sign_in")]
    assert claire.token() not in stored
    assert claire.token() not in portal.log


def test_half_an_hour_without_doing_anything_ends_the_session(portal: Server, claire: Person) -> None:
    move_back(portal, seen_at="-31 minutes")
    answer = claire.get("/famille")
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion?fin=1&suite=%2Ffamille")
    assert "Votre session a expiré" in claire.text(answer.headers["location"])


def test_an_open_page_is_no_activity_but_staying_is(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille"):
        move_back(portal, seen_at="-29 minutes")
        assert claire.post("/rester").status_code == 204
        assert portal.value("SELECT max(seen_at) > datetime(now(), '-1 minutes') FROM sign_in")
        move_back(portal, seen_at="-31 minutes")
        assert claire.get("/famille").status_code == 303


def test_a_page_open_too_long_says_so_and_changes_nothing(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille") as tab:
        move_back(portal, seen_at="-31 minutes")
        assert tab.save(profession="Luthière")["reload"] is True
    assert (
        portal.value("SELECT profession FROM guardian WHERE first_name = 'Claire' AND postcode = '57220'")
        == "Infirmière"
    )


@pytest.mark.parametrize(("login", "hours"), [("aubry.claire", 12), ("renard.paul", 10)])
def test_a_day_of_work_ends_the_session_however_busy(portal: Server, come: Come, login: str, hours: int) -> None:
    person = come(login)
    move_back(portal, started_at=f"-{hours * 60 - 1} minutes")
    assert person.get("/mot-de-passe").status_code == 200
    move_back(portal, started_at=f"-{hours * 60 + 1} minutes")
    assert person.get("/mot-de-passe").status_code == 303


def test_a_clock_set_back_does_not_prolong_a_session(portal: Server, claire: Person) -> None:
    move_back(portal, seen_at="+31 minutes")
    assert claire.get("/").status_code == 303


@pytest.mark.parametrize(
    "cookie", ["x", "x" * 8000, "é" * 40, "' OR 1=1 --" * 3, '\\"', "../../etc/passwd" * 2, "%00" * 12]
)
def test_a_cookie_that_was_tampered_with_is_nobodys(portal: Server, cookie: str) -> None:
    answer = httpx.get(
        f"{portal.url}/famille", headers=[(b"cookie", f"anacrouse={cookie}".encode("latin-1", "replace"))]
    )
    assert answer.status_code == 303


def test_deconnexion_ends_the_session_on_the_server_and_in_every_tab(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille") as one, Tab(claire, "/eleves/2042/identite") as other:
        token = claire.token()
        answer = claire.post("/deconnexion")
        assert (answer.status_code, answer.headers["location"]) == (303, "/connexion?fin=2")
        assert answer.headers["clear-site-data"] == '"cache", "storage"'
        assert "Vous êtes déconnecté." in claire.text("/connexion?fin=2")
        assert ended(one)
        assert ended(other)
    assert Person(portal, cookies={"anacrouse": token}).get("/").status_code == 303


def test_a_link_signs_nobody_out(claire: Person) -> None:
    assert claire.get("/deconnexion").headers["location"] == "/"
    assert claire.get("/").status_code == 200


def test_an_event_after_deconnexion_has_no_effect(portal: Server, come: Come) -> None:
    claire = come("aubry.claire")
    with Tab(claire, "/famille") as tab:
        portal.change("UPDATE sign_in SET ended_at = datetime(now())")
        assert tab.save(profession="Luthière")["reload"] is True
    assert portal.rows("SELECT * FROM audit_entry WHERE action LIKE 'change saved%'") == []


def test_a_disabled_account_is_out_at_once(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille") as tab:
        portal.change("UPDATE account SET disabled = true WHERE login = 'aubry.claire'")
        assert tab.save(profession="Luthière")["reload"] is True
        assert claire.get("/").status_code == 303


def test_a_member_of_staff_who_is_one_no_more_decides_nothing(portal: Server, paul: Person) -> None:
    with Tab(paul, "/gestion/demandes") as tab:
        portal.change("UPDATE account SET role = 'family' WHERE login = 'renard.paul'")
        request = portal.value("SELECT id FROM change_request WHERE state = 'pending' ORDER BY id LIMIT 1")
        tab.act("decide", request, version="2", **{"verdict:phone_mobile": "accepted", "verdict:address": "accepted"})
        assert paul.get("/gestion/demandes").status_code == 404
    assert portal.value("SELECT state FROM change_request WHERE id = ?", request) == "pending"


def test_a_new_password_closes_the_other_sessions_and_renews_this_one(portal: Server, come: Come) -> None:
    here, there = come("aubry.claire"), come("aubry.claire")
    before = here.token()
    with Tab(there, "/famille") as tab:
        answer = here.post("/mot-de-passe", data={"ancien": PASSWORD, "nouveau": NEW, "encore": NEW})
        assert (answer.status_code, answer.headers["location"]) == (303, "/mot-de-passe?fait=1")
        assert ended(tab)
    assert here.token() != before
    assert "Votre mot de passe a été modifié." in here.text("/mot-de-passe?fait=1")
    assert "reste ouverte à qui la connaît" not in here.text("/mot-de-passe?fait=1")
    with Tab(here, "/mot-de-passe/agenda") as agenda:
        agenda.act("renew")
    assert "reste ouverte à qui la connaît" in here.text("/mot-de-passe?fait=1")
    assert there.get("/").status_code == 303
    assert Person(portal, cookies={"anacrouse": before}).get("/").status_code == 303
    assert portal.rows("SELECT recipient FROM letter WHERE kind = 'password_changed'") == [
        ("claire.aubry@example.org",)
    ]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"ancien": "wrong", "nouveau": NEW, "encore": NEW}, "Ce n’est pas votre mot de passe actuel."),
        ({"ancien": PASSWORD, "nouveau": "short", "encore": "short"}, "il en faut au moins 12"),
        ({"ancien": PASSWORD, "nouveau": NEW, "encore": NEW + "x"}, "Les deux saisies ne sont pas identiques."),
        ({"ancien": PASSWORD, "nouveau": PASSWORD, "encore": PASSWORD}, "différent de l’ancien"),
        (
            {"ancien": PASSWORD, "nouveau": "claire aubry 2026", "encore": "claire aubry 2026"},
            "N’y mettez ni votre nom",
        ),
        ({"ancien": PASSWORD, "nouveau": "123456789012", "encore": "123456789012"}, "trop courant"),
        ({"ancien": PASSWORD, "nouveau": "a" * 300, "encore": "a" * 300}, "256"),
        ({}, "Saisissez votre mot de passe actuel."),
        ({"ancien": "", "nouveau": "short", "encore": "short"}, "il en faut au moins 12"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason(
    portal: Server, claire: Person, sent: dict[str, str], shown: str
) -> None:
    answer = claire.post("/mot-de-passe", data=sent)
    assert answer.status_code == 400
    assert shown in text_of(answer.text)
    assert PASSWORD not in answer.text.replace(f"<strong>{PASSWORD}</strong>", "")
    assert portal.rows("SELECT * FROM letter WHERE kind = 'password_changed'") == []


@pytest.mark.parametrize("word", ["claire aubry 2026", "123456789012", "short", "motdepasse2026", PASSWORD, NEW])
def test_the_meter_says_what_the_server_will_say(claire: Person, word: str) -> None:
    text = text_of(claire.post("/mot-de-passe/solidite", data={"nouveau": word, "ancien": PASSWORD}).text)
    answer = claire.post("/mot-de-passe", data={"ancien": PASSWORD, "nouveau": word, "encore": word})
    assert (text in text_of(answer.text)) is (answer.status_code == 400)
    assert text.endswith("on mot de passe") is (answer.status_code == 303)


def test_guessing_the_current_password_from_inside_is_slowed(claire: Person) -> None:
    for _ in range(5):
        claire.post("/mot-de-passe", data={"ancien": "wrong", "nouveau": NEW, "encore": NEW})
    answer = claire.post("/mot-de-passe", data={"ancien": PASSWORD, "nouveau": NEW, "encore": NEW})
    assert answer.status_code == 400
    assert "Trop d’essais." in text_of(answer.text)


def test_the_eleventh_session_closes_the_oldest(portal: Server, come: Come) -> None:
    people = [come("belkacem.samir") for _ in range(10)]
    portal.change("UPDATE sign_in SET seen_at = datetime(now(), '-' || (100 - id) || ' seconds')")
    people.append(come("belkacem.samir"))
    assert [person.get("/").status_code for person in people] == [303] + [200] * 10


def test_one_closes_ones_own_connections_and_no_others(portal: Server, come: Come) -> None:
    here, there, marc = come("aubry.claire"), come("aubry.claire"), come("aubry.marc")
    ids = dict(portal.rows("SELECT account_id, max(id) FROM sign_in WHERE ended_at IS NULL GROUP BY account_id"))
    theirs, mine = ids[portal.account("aubry.marc")["id"]], ids[portal.account("aubry.claire")["id"]]
    with Tab(here, "/mot-de-passe") as tab:
        assert "plus ou ne vous est pas accessible" in tab.act("close", theirs)["dialog"]
        assert tab.act("close", mine)["toast"] == "La connexion est fermée."
    assert marc.get("/").status_code == 200
    assert there.get("/").status_code == 303
    assert here.get("/").status_code == 200


def test_what_a_signed_in_person_sees_is_kept_in_no_cache(claire: Person) -> None:
    for address in ("/", "/famille", "/eleves", "/eleves/2042/identite", "/mot-de-passe", "/nowhere"):
        assert claire.get(address).headers["cache-control"] == "no-store", address
