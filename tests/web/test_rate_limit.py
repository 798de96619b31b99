"""Guessing is slowed, and nobody is locked out by another (rules R-16 to R-18, rows 8, 9, 11-13)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.server import Server
from tests.web.http_client import Person, text_of

Come, Launch = Callable[..., Person], Callable[..., Server]
SCHOOL = "203.0.113.9"


def guess(person: Person, times: int, login: str = "belkacem.samir", **headers: str) -> list[int]:
    return [
        person.post(
            "/connexion",
            data={"site": "valmont", "identifiant": login, "mot_de_passe": "a wrong word"},
            headers=headers,
        ).status_code
        for _ in range(times)
    ]


def time_passes(portal: Server) -> None:
    portal.change("UPDATE throttle SET wait_until = datetime(now(), '-1 seconds') WHERE wait_until IS NOT NULL")


def test_after_five_failures_the_sixth_must_wait_and_the_right_word_too(portal: Server, come: Come) -> None:
    stranger = come()
    assert guess(stranger, 5) == [401] * 5
    answer = stranger.sign_in("belkacem.samir")
    assert answer.status_code == 429
    assert "Réessayez dans 1 minute ou utilisez « Mot de passe perdu »" in text_of(answer.text)
    time_passes(portal)
    assert stranger.sign_in("belkacem.samir").status_code == 303


def test_each_further_failure_doubles_the_wait(portal: Server, come: Come) -> None:
    stranger = come()
    guess(stranger, 5)
    for minutes in (2, 4, 8, 15, 15):
        time_passes(portal)
        assert guess(stranger, 1) == [401]
        assert f"Réessayez dans {minutes} minutes" in text_of(stranger.sign_in("belkacem.samir").text)


def test_an_identifier_that_is_nobodys_is_slowed_the_same_way(come: Come) -> None:
    assert guess(come(), 7, "no.such.person") == [401] * 5 + [429] * 2


def test_the_owners_own_browser_enters_at_once_whatever_others_do(portal: Server, come: Come) -> None:
    owner, stranger = come("belkacem.samir"), come()
    owner.post("/deconnexion")
    for _ in range(8):
        guess(stranger, 6)
        time_passes(portal)
    guess(stranger, 2)
    assert stranger.sign_in("belkacem.samir").status_code == 429
    assert owner.sign_in("belkacem.samir").status_code == 303


def test_unknown_browsers_have_twenty_five_tries_a_day(portal: Server, come: Come) -> None:
    stranger, tried = come(), 0
    while guess(stranger, 1) == [401]:
        tried += 1
        portal.change("UPDATE throttle SET wait_until = NULL, failures = 0")
    assert tried == 25


def test_the_device_cookie_of_one_account_does_not_open_another(come: Come) -> None:
    person = come("aubry.claire")
    person.post("/deconnexion")
    assert guess(person, 6) == [401] * 5 + [429]


def test_a_restart_forgets_nothing(launch: Launch, come: Come) -> None:
    own = launch()
    assert guess(come(to=own), 6) == [401] * 5 + [429]
    own.stop()
    own.change("UPDATE throttle SET wait_until = datetime(wait_until, '+1 hour')")  # however long a start takes
    own.start()
    assert come(to=own).sign_in("belkacem.samir").status_code == 429


def test_a_network_that_tries_many_accounts_waits_between_tries(launch: Launch, come: Come) -> None:
    own = launch(TRUSTED_PROXIES="127.0.0.1")
    owner, evil, elsewhere = come("aubry.claire", to=own, address=SCHOOL), come(to=own, address=SCHOOL), come(to=own)
    owner.post("/deconnexion")
    for number in range(21):
        guess(evil, 1, f"somebody.{number}")
    assert guess(evil, 2, "famille.3002") == [401, 429]
    assert elsewhere.sign_in("famille.3003").status_code == 303
    assert owner.sign_in("aubry.claire").status_code == 303


def test_a_proxy_that_was_not_named_is_not_believed(launch: Launch, come: Come) -> None:
    own = launch()
    stranger = come(to=own)
    for number in range(22):
        guess(stranger, 1, f"somebody.{number}", **{"x-forwarded-for": f"198.51.100.{number}"})
    assert guess(stranger, 2, "famille.3002", **{"x-forwarded-for": "198.51.100.99"})[1] == 429
    journalled = own.value("SELECT count(*) FROM audit_entry WHERE client LIKE '198.51%'")
    assert journalled == 0


def test_a_chain_of_hops_counts_only_as_far_as_it_is_trusted(launch: Launch, come: Come) -> None:
    own = launch(TRUSTED_PROXIES="127.0.0.1,10.0.0.0/8")
    come(to=own, address="1.2.3.4, 203.0.113.7, 10.1.2.3").sign_in("aubry.claire")
    come(to=own, address="not an address").sign_in("aubry.claire")
    assert [
        row[0] for row in own.rows("SELECT client FROM audit_entry WHERE action = 'signed in' ORDER BY id DESC LIMIT 2")
    ] == ["127.0.0.1", "203.0.113.7"]


def test_what_was_typed_wrongly_is_never_kept(portal: Server, come: Come) -> None:
    come().sign_in("Hunter2-typed-here", word="Hunter3-typed-there")
    dumped = portal.beneath.written()
    assert b"hunter2-typed" not in dumped.lower()
    assert b"hunter3-typed" not in dumped.lower()
    assert "unter2" not in portal.log.lower()


def test_a_hundred_who_sign_in_at_once_all_get_an_answer_and_so_does_who_comes_meanwhile(portal: Server) -> None:
    able = portal.able()

    def enter(number: int) -> int:
        person = Person(portal)
        status = person.sign_in(able[number % len(able)]).status_code
        person.close()
        return status

    with ThreadPoolExecutor(100) as crowd, Person(portal) as visitor:
        entering, answered = [crowd.submit(enter, number) for number in range(100)], 0
        while not all(each.done() for each in entering):
            assert visitor.get("/healthz").status_code == 200
            answered += not all(each.done() for each in entering)
    assert {each.result() for each in entering} <= {303, 503}
    assert answered  # before the last of the hundred; how long it takes is for `make bench`


def test_each_ipv4_address_written_within_ipv6_is_one_of_its_own(launch: Launch) -> None:
    """Otherwise the failures of one visitor would be everybody's."""
    own = launch(TRUSTED_PROXIES="127.0.0.1")
    stranger = Person(own)
    for number in range(25):
        guess(stranger, 1, f"somebody.{number}", **{"x-forwarded-for": "::ffff:10.8.0.1"})
    assert guess(stranger, 2, "famille.3002", **{"x-forwarded-for": "10.8.0.1"})[1] == 429
    assert guess(stranger, 2, "famille.3003", **{"x-forwarded-for": "::ffff:10.8.0.2"}) == [401, 401]
