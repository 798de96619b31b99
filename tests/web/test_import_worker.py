"""Large files are worked at by another process: pages hear of it, it stops when asked, and its death or ours leaves the old state."""

from collections.abc import Callable

import psutil

from tests.server import Server, children_at, wait_for
from tests.web.http_client import Person, Tab
from tests.web.test_imports import give

Come = Callable[..., Person]
NEW = 900
LINES = "".join(
    f"{20_000 + n};1;Durand;Prénom {chr(97 + n // 26 % 26)}{chr(97 + n % 26)};{n} rue Haute\r\n" for n in range(NEW)
)
FILE = f"N° famille;Rang;Nom;Prénom;Adresse\r\n{LINES}1042;1;Aubry;Claire;9 rue du Port\r\n".encode("cp1252")
WRITTEN = "SELECT count(*) FROM guardian WHERE last_name = 'Durand'"


def workers(server: Server) -> list[psutil.Process]:
    """The processes that work at files."""
    assert server.process
    return children_at(server.process.pid, "data.importing.worker_process")


def check(helene: Person, tab: Tab) -> None:
    tab.act("check")
    tab.wait_until(lambda: "Lignes qui ajoutent" in tab.shown())


def begin_to_write(tab: Tab, server: Server, seen: Callable[[], None]) -> None:
    """Import; `seen` happens while the other process waits to write."""
    tab.act("import", lu="oui")
    with server.beneath.held():  # the import stays where it begins to write
        tab.wait_until(lambda: "Enregistrement…" in tab.shown())
        seen()


def test_a_large_file_is_checked_stopped_and_imported_and_open_pages_hear_of_it(portal: Server, come: Come) -> None:
    helene, claire = come("lemoine.helene"), come("aubry.claire")
    page = give(helene, FILE)
    assert portal.value("SELECT rows FROM import_run") == NEW + 1
    with Tab(helene, page) as tab, Tab(claire, "/famille") as family:
        tab.act("check")
        tab.act("stop")
        wait_for(lambda: not workers(portal), "the other process to be gone")
        tab.wait_until(lambda: "À quoi correspond chaque colonne" in tab.shown())
        assert "Lignes qui ajoutent" not in tab.shown()
        check(helene, tab)
        assert f"Importer {NEW + 1} lignes" in tab.shown()
        assert "9 rue du Port" in helene.get(f"{page}/rapport.csv").text
        assert portal.value(WRITTEN) == 0
        tab.act("import", lu="oui")
        family.wait_until(lambda: "9 rue du Port" in family.markup())
        tab.wait_until(lambda: f"{NEW} lignes ajoutées, 1 modifiées" in tab.shown())
    assert portal.value(WRITTEN) == NEW
    assert portal.value("SELECT actor FROM audit_entry WHERE action = 'imported'") == "Hélène Lemoine"


def test_row_102_a_worker_process_that_dies_is_reported_and_leaves_the_old_state(portal: Server, come: Come) -> None:
    helene = come("lemoine.helene")

    def it_is_killed() -> None:
        workers(portal)[0].kill()

    with Tab(helene, give(helene, FILE)) as tab:
        check(helene, tab)
        begin_to_write(tab, portal, it_is_killed)
        tab.wait_until(lambda: "rien n’a été enregistré" in tab.shown())
    assert (portal.value("SELECT state FROM import_run"), portal.value(WRITTEN)) == ("waiting", 0)
    portal.expects_faults = True  # the log tells of the process that was lost


def test_row_102_a_server_killed_while_it_imports_leaves_the_old_state_and_no_process_that_works_on(
    launch: Callable[..., Server], come: Come
) -> None:
    server = launch()
    helene = come("lemoine.helene", to=server)
    page, guardians = give(helene, FILE), server.value("SELECT count(*) FROM guardian")

    def it_is_killed() -> None:
        orphans = workers(server)
        server.kill()
        assert orphans
        assert not psutil.wait_procs(orphans, 240)[1]

    with Tab(helene, page) as tab:
        check(helene, tab)
        begin_to_write(tab, server, it_is_killed)
    assert (server.value("SELECT state FROM import_run"), server.value(WRITTEN)) == ("waiting", 0)
    assert server.value("SELECT count(*) FROM guardian") == guardians
