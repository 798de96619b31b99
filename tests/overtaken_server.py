"""main.py with one page more, `/essai`: while it is drawn after its action, another thread changes what it shows."""

import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from markupsafe import Markup

import main
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui.markup import button, tag
from components.ui.panel import Act, Answer
from data.core import relay
from data.core.unit_of_work import UnitOfWork

TOPIC = ("essai", 1)


def _work_ends(state: dict[str, str]) -> None:
    state["shown"] = "terminé"
    relay.publish([TOPIC])


@screen("/essai", Audience.ACCOUNT, title="Essai")
def _essai(uow: UnitOfWork) -> None:
    state = {"shown": "rien", "ends": ""}

    def draw(_: UnitOfWork) -> Markup:
        read = state["shown"]
        if state["ends"]:  # the work that the action began ends now, after what is drawn was read
            state["ends"] = ""
            worker = threading.Thread(target=_work_ends, args=(state,))
            worker.start()
            worker.join()
        return tag("div", tag("p", read), button("Commencer", do="begin"))

    def begin(uow: UnitOfWork, act: Act) -> Answer:
        state.update(shown="en cours", ends="now")
        return Answer(announce="commencé")

    Panel(uow, draw, on={"begin": begin}, follows=[TOPIC])


main.main(["serve"])
