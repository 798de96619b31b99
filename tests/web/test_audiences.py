"""Every address says who may open it, and the folder under pages/ says the same."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ENVIRONMENT
from tests.server import ROOT

FOLDERS = {"anyone": {"ANYONE"}, "account": {"ACCOUNT"}, "family": {"FAMILY"}, "staff": {"STAFF", "MANAGER"}}
LIST = """
import json, main
from nicegui import app
main.import_pages()
print(json.dumps([[route.path, getattr(getattr(getattr(route, "endpoint", None), "audience", None), "name", ""),
                   getattr(getattr(route, "endpoint", None), "module", ""), sorted(getattr(route, "methods", None) or [])]
                  for route in app.routes if getattr(route, "path", "")]))
"""


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str, list[str]]]:
    """(path, audience, module, methods) of every route, as the server registers them."""
    environment = {**ENVIRONMENT, "PATH": "/usr/bin", "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(
        [sys.executable, "-c", LIST],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=tmp_path_factory.mktemp("routes"),
    ).stdout
    return [tuple(each) for each in json.loads(printed)]


def ours(path: str) -> bool:
    return not path.startswith(("/_nicegui", "/theme/", "/favicon.ico"))


def test_every_address_says_its_audience(routes: list[tuple[str, str, str, list[str]]]) -> None:
    silent = [path for path, audience, _, _ in routes if ours(path) and not audience]
    assert routes
    assert not silent


def test_the_folder_under_pages_agrees_with_the_audience(routes: list[tuple[str, str, str, list[str]]]) -> None:
    astray = [
        (path, audience, module)
        for path, audience, module, _ in routes
        if ours(path) and audience not in FOLDERS[module.split(".")[1]]
    ]
    assert not astray


def test_only_writing_answers_change_anything_so_every_screen_is_a_get(
    routes: list[tuple[str, str, str, list[str]]],
) -> None:
    known = {method for path, _, _, methods in routes if ours(path) for method in methods}
    assert known <= {"GET", "HEAD", "POST"}


def test_the_specified_addresses_exist(routes: list[tuple[str, str, str, list[str]]]) -> None:
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
