"""What screens look like when something waits, is faulty, is empty, is very full, is only read, is printed or has failed."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from playwright.sync_api import Page, Route

from components.web import errors
from tests import import_states
from tests.browser.conftest import WEAR_WHOLE
from tests.browser.screens import MERGING
from tests.server import Server


class Size(NamedTuple):
    """A window's width; how wide and how tall its picture is kept; how many bytes it may have."""

    width: int
    file_width: int
    tallest: int
    most: int


WIDE, NARROW = Size(1280, 820, 1500, 28 * 1024), Size(390, 300, 1600, 18 * 1024)
LIGHT, SLIM = WIDE._replace(most=20 * 1024), NARROW._replace(most=14 * 1024)
LONG = "Anne-Charlotte de La Rochefoucauld-Montbéliard d’Entremonts"  # sixty letters, as some names have
SHOWN_REFERENCE = "4F2A91C0"
VERSION = re.compile(r"/theme/[0-9a-f]{12}/")


class State(NamedTuple):
    """Who opens which address; what is done there; at which sizes; what happened to the database before."""

    login: str
    path: str
    reach: Callable[[Page], None]
    sizes: tuple[Size, ...]
    before: Callable[[Server], None] = lambda server: None


# What happened before


def copies(server: Server, table: str, where: str, count: int, **others: Callable[[int], object]) -> None:
    """`count` more rows like the first one that matches; `others` says what differs, by the copy's number."""
    columns = [name for name in server.tables[table] if name != "id"]
    [first, *_] = server.rows(f"SELECT {', '.join(columns)} FROM {table} WHERE {where} ORDER BY id")
    made: list[tuple[Any, ...]] = [
        tuple(others[name](n) if name in others else value for name, value in zip(columns, first, strict=True))
        for n in range(count)
    ]
    marks = ", ".join("?" * len(columns))
    with server.connection() as opened:
        opened.execute("BEGIN")
        opened.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", made)
        opened.execute("COMMIT")


def the_family_has_nothing(server: Server) -> None:
    family = server.account("belkacem.samir")["family_id"]
    server.change("DELETE FROM pupil_link WHERE family_id = ?", family)
    server.change("UPDATE invoice SET family_id = (SELECT max(id) FROM family WHERE site_id = 1) WHERE family_id = ?", family)  # fmt: skip
    server.change("UPDATE payment SET family_id = (SELECT max(id) FROM family WHERE site_id = 1) WHERE family_id = ?", family)  # fmt: skip
    server.change("DELETE FROM field_change WHERE family_id = ?", family)
    server.change("DELETE FROM change_request WHERE family_id = ?", family)


def nothing_waits(server: Server) -> None:
    server.change("UPDATE change_request SET state = 'closed', closed_at = submitted_at WHERE state = 'pending'")


def three_hundred_wait(server: Server) -> None:
    newest = datetime.fromisoformat(server.value("SELECT max(submitted_at) FROM change_request"))
    last = server.value("SELECT max(id) FROM change_request")
    copies(
        server, "change_request", "state = 'pending'", 300,
        title=lambda n: LONG if n % 3 == 0 else ("Roussel Emma", "Robin Mia")[n % 2],
        submitted_at=lambda n: str(newest - timedelta(hours=3 * n)),
        version=lambda n: 1,
    )  # fmt: skip
    change = "request_id = (SELECT min(id) FROM change_request WHERE state = 'pending')"
    copies(server, "field_change", change, 300, request_id=lambda n: last + 1 + n)


def eight_children(server: Server) -> None:
    family, irina = server.account("aubry.claire")["family_id"], "number = 2042 AND site_id = 1"
    last = server.value("SELECT max(id) FROM pupil")
    copies(server, "pupil", irina, 6, number=lambda n: 9000 + n, first_name=lambda n: LONG[: 20 + 4 * n], photo=lambda n: "")  # fmt: skip
    copies(server, "pupil_link", f"family_id = {family}", 6, pupil_id=lambda n: last + 1 + n)


def sixty_years_of_lessons(server: Server) -> None:
    irina = server.value("SELECT id FROM pupil WHERE number = 2042 AND site_id = 1")
    last = server.value("SELECT max(id) FROM course")
    of_hers = f"id = (SELECT min(course_id) FROM enrolment WHERE pupil_id = {irina} AND average IS NOT NULL)"
    copies(server, "course", of_hers, 60, number=lambda n: f"H{n}", name=lambda n: f"Atelier de musique de chambre {n + 1}",
           school_year=lambda n: f"{2019 - n % 4}-{2020 - n % 4}")  # fmt: skip
    hers = f"pupil_id = {irina} AND average IS NOT NULL"
    copies(server, "enrolment", hers, 60, course_id=lambda n: last + 1 + n)


def files_were_given(server: Server) -> None:
    import_states.make(server)  # the faulty file is the third, and so on


# What is done there


def it_is_there(what: str) -> Callable[[Page], None]:
    """Nothing is done: the page shows `what`, which the server holds already, as soon as it is open."""

    def show(page: Page) -> None:
        page.locator("h1").first.wait_for()

    show.__name__ = what.replace(" ", "_")
    return show


def lines_are_tight(page: Page) -> None:
    page.evaluate(WEAR_WHOLE)
    page.evaluate("document.documentElement.dataset.density = 'tight'")


def a_file_is_refused(page: Page) -> None:
    page.get_by_role("button", name="Importer").first.click()
    page.locator("#import input[type=file]").set_input_files(
        {"name": "justificatif.docx", "mimeType": "application/msword", "buffer": b"PK\x03\x04"}
    )
    page.locator("#import [type=submit]").click()
    page.locator("#import .fault:not([hidden])").first.wait_for()


def staff_look_as_the_family(page: Page) -> None:
    page.get_by_role("button", name="Voir comme la famille").click()
    page.locator(".looking").wait_for()


def it_is_printed(page: Page) -> None:
    page.emulate_media(media="print")


def it_failed(status: int, reference: str = "") -> Callable[[Page], None]:
    """The page of that answer, in the place of the one that is open."""
    body = bytes(errors.error_page(status, reference=reference).body).decode()

    def show(page: Page) -> None:
        served = VERSION.search(page.content())  # the pictures of « Aide » may have been taken anew since we started
        assert served

        def answer(route: Route) -> None:
            dressed = VERSION.sub(served.group(), body)
            route.fulfill(status=status, content_type="text/html; charset=utf-8", body=dressed)

        page.route("**/une-adresse", answer)
        page.goto("/une-adresse")

    show.__name__ = f"the_server_answers_{status}"
    return show


def a_field_waits(page: Page) -> None:
    page.get_by_role("textbox", name="Téléphone mobile").first.fill("06 12 34 56 78")
    page.get_by_role("button", name="Modifier").first.click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.locator(".field.pending").first.wait_for()


def the_answer_is_read(page: Page) -> None:
    page.get_by_role("textbox", name="Téléphone fixe").first.fill("03 82 11 22 33")
    page.get_by_role("button", name="Modifier").first.click()
    page.get_by_role("dialog").wait_for()


def fields_are_faulty(page: Page) -> None:
    page.get_by_role("textbox", name="Téléphone mobile").first.fill("06")
    page.get_by_role("textbox", name="Date de naissance").first.fill("31/02/1982")
    page.get_by_role("button", name="Modifier").first.click()
    page.locator("[aria-invalid=true]").first.wait_for()


def the_menu_is_open(page: Page) -> None:
    if page.get_by_role("button", name="Plus").is_visible():
        page.get_by_role("button", name="Plus").click()
        page.locator("#more").wait_for()


def the_connection_is_lost(page: Page) -> None:
    page.context.set_offline(True)
    page.evaluate("window.socket.disconnect().connect()")
    page.locator("#popup[aria-hidden=false]").wait_for(timeout=20_000)


def nothing_is_found(page: Page) -> None:
    page.get_by_role("searchbox").first.fill("zzz")
    page.get_by_text("Aucune").first.wait_for()


def a_decision_is_taken(page: Page) -> None:
    page.get_by_role("button", name="Valider").click()
    page.get_by_role("button", name="Annuler la décision").wait_for()


def a_refusal_wants_its_reason(page: Page) -> None:
    page.locator(".verdict label", has=page.locator("[value=declined]")).first.click()
    page.locator(".reason").first.wait_for()


def the_keys_are_shown(page: Page) -> None:
    page.get_by_role("button", name="Clavier").click()
    page.locator("#keys-help").wait_for()


def a_field_is_missing(page: Page) -> None:
    page.locator("form[action='/connexion'] button[type=submit]").click()
    page.get_by_role("dialog").wait_for()


def the_preferences_are_chosen(page: Page) -> None:
    page.locator("a[data-opens-preferences] >> visible=true").first.click()
    page.locator("#preferences-panel").wait_for()


CLAIRE, SAMIR, PAUL, HELENE = "aubry.claire", "belkacem.samir", "renard.paul", "lemoine.helene"
QUEUE, RECORD, HISTORY = "/gestion/demandes", "/famille", "/eleves/2042/historique"
STATES: dict[str, State] = {
    "famille-en-attente": State(CLAIRE, RECORD, a_field_waits, (WIDE, NARROW)),
    "famille-message": State(CLAIRE, RECORD, the_answer_is_read, (WIDE,)),
    "famille-erreurs": State(CLAIRE, RECORD, fields_are_faulty, (WIDE, NARROW)),
    "accueil-menu": State(CLAIRE, "/", the_menu_is_open, (NARROW,)),
    "accueil-affichage": State(CLAIRE, "/", the_preferences_are_chosen, (WIDE,)),
    "historique-vide": State(CLAIRE, HISTORY, nothing_is_found, (WIDE,)),
    "connexion-erreur": State("", "/connexion", a_field_is_missing, (WIDE, NARROW)),
    "demandes-refus": State(PAUL, QUEUE, a_refusal_wants_its_reason, (WIDE,)),
    "demandes-decidee": State(PAUL, QUEUE, a_decision_is_taken, (WIDE,)),
    "demandes-vide": State(PAUL, QUEUE, nothing_is_found, (WIDE,)),
    "demandes-clavier": State(PAUL, QUEUE, the_keys_are_shown, (WIDE,)),
    "connexion-interrompue": State(CLAIRE, RECORD, the_connection_is_lost, (NARROW,)),
    "accueil-rien": State(
        SAMIR, "/", it_is_there("the family has no pupil and no bill"), (LIGHT, SLIM), the_family_has_nothing
    ),
    "eleves-rien": State(
        SAMIR, "/eleves", it_is_there("the family has no pupil and no bill"), (SLIM,), the_family_has_nothing
    ),
    "demandes-file-vide": State(PAUL, QUEUE, it_is_there("no request waits"), (LIGHT,), nothing_waits),
    "demandes-trois-cents": State(
        PAUL, QUEUE, it_is_there("three hundred requests wait"), (LIGHT, SLIM), three_hundred_wait
    ),
    "demandes-serrees": State(PAUL, QUEUE, lines_are_tight, (LIGHT,), three_hundred_wait),
    "accueil-huit": State(CLAIRE, "/", it_is_there("a family has eight pupils"), (LIGHT, SLIM), eight_children),
    "eleves-huit": State(CLAIRE, "/eleves", it_is_there("a family has eight pupils"), (SLIM,), eight_children),
    "historique-soixante": State(
        CLAIRE, HISTORY, it_is_there("a pupil has sixty past courses"), (LIGHT,), sixty_years_of_lessons
    ),
    "piece-refusee": State(CLAIRE, "/eleves/2042/reinscription", a_file_is_refused, (LIGHT, SLIM)),
    "vue-de-la-famille": State(PAUL, "/gestion/familles/1042", staff_look_as_the_family, (LIGHT, SLIM)),
    "import-colonnes": State(
        HELENE, "/gestion/imports/1", it_is_there("a file of columns is read"), (LIGHT, SLIM), files_were_given
    ),
    "import-fautes": State(
        HELENE, "/gestion/imports/3", it_is_there("lines of a file are faulty"), (LIGHT, SLIM), files_were_given
    ),
    "import-questions": State(
        HELENE, "/gestion/imports/4", it_is_there("a file raises questions"), (LIGHT, SLIM), files_were_given
    ),
    "import-apercu": State(
        HELENE,
        "/gestion/imports/5",
        it_is_there("an import is read before it is written"),
        (LIGHT, SLIM),
        files_were_given,
    ),
    "import-repris": State(
        HELENE, "/gestion/imports/7", it_is_there("an import is taken back"), (LIGHT,), files_were_given
    ),
    "familles-reunir": State(PAUL, MERGING, it_is_there("two families are about to be one"), (LIGHT, SLIM)),
    "session-finie": State("", "/connexion?fin=1", it_is_there("the session is over"), (SLIM,)),
    "facturation-imprimee": State(CLAIRE, "/facturation/cotisations", it_is_printed, (LIGHT,)),
    "famille-imprimee": State(CLAIRE, RECORD, it_is_printed, (LIGHT,)),
    "erreur-403": State("", "/connexion", it_failed(403), (SLIM,)),
    "erreur-500": State("", "/connexion", it_failed(500, SHOWN_REFERENCE), (LIGHT, SLIM)),
    "erreur-503": State("", "/connexion", it_failed(503), (SLIM,)),
}
