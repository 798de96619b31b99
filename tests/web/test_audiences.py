"""Every address says who may open it, and the folder under pages/ says the same."""

import pytest

from tests.web.page_actions import Route, registered

FOLDERS = {"anyone": {"ANYONE"}, "account": {"ACCOUNT"}, "family": {"FAMILY"}, "staff": {"STAFF", "MANAGER", "IMPORTS"}}


@pytest.fixture(scope="session")
def routes() -> list[Route]:
    return registered()


def ours(path: str) -> bool:
    return not path.startswith(("/_nicegui", "/theme/", "/favicon.ico"))


def test_every_address_says_its_audience(routes: list[Route]) -> None:
    silent = [path for path, audience, _, _ in routes if ours(path) and not audience]
    assert routes
    assert not silent


def test_the_folder_under_pages_agrees_with_the_audience(routes: list[Route]) -> None:
    astray = [
        (path, audience, module)
        for path, audience, module, _ in routes
        if ours(path) and audience not in FOLDERS[module.split(".")[1]]
    ]
    assert not astray


def test_only_writing_answers_change_anything_so_every_screen_is_a_get(
    routes: list[Route],
) -> None:
    known = {method for path, _, _, methods in routes if ours(path) for method in methods}
    assert known <= {"GET", "HEAD", "POST"}


def test_the_specified_addresses_exist(routes: list[Route]) -> None:
    wanted = {
        "/connexion",
        "/mot-de-passe-perdu",
        "/aide",
        "/donnees-personnelles",
        "/mentions-legales",
        "/",
        "/famille",
        "/eleves",
        "/eleves/{n}/identite",
        "/accessibilite",
        "/mot-de-passe",
        "/deconnexion",
        "/gestion",
        "/gestion/demandes",
        "/gestion/reglages",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    assert wanted <= {path for path, *_ in routes}
