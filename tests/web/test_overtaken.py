"""A page never stays behind: what changes while it is drawn is drawn again."""

from collections.abc import Callable
from pathlib import Path

from tests.server import Server
from tests.web.http_client import Person, Tab

ENTRY = Path(__file__).resolve().parent.parent / "overtaken_server.py"


def test_work_that_ends_while_its_page_is_drawn_is_seen_to_have_ended(launch: Callable[..., Server]) -> None:
    with Tab(Person(launch(entry=ENTRY), "aubry.claire"), "/essai") as tab:
        assert tab.act("begin")["announce"] == "commencé"
        tab.wait_until(lambda: "terminé" in tab.shown())
