"""A panel: a piece of screen drawn from a visit, redrawn by itself, with named actions. One NiceGUI element each.

The browser sends {do, of, values}; only actions the panel names are run, on values that are short texts. The page's
markup is morphed, so focus, scrolling and what is being typed stay where they are.
"""

import asyncio
import inspect
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TypeVar

from markupsafe import Markup
from nicegui.events import GenericEventArguments

from components.nicegui_adapter.page_events import follow
from components.nicegui_adapter.screens import here
from components.nicegui_adapter.static_panel import Piece
from components.ui.panel import Act, Answer, Handler
from components.ui.review_queue import acts_of
from components.web.auth import SignedOut
from components.web.errors import database_sentence, reference_of
from data.accounts.caller import ONLY_LOOKING, Caller
from data.core.database import Unavailable
from data.core.errors import Faulty, NotYours, Refused
from data.core.events import Topic
from data.core.scope import OnlyReads
from data.core.unit_of_work import Visit

log = logging.getLogger("anacrouse.panel")


class Panel(Piece):
    """Drawn at once with the page's visit; `refresh` draws it again with its own."""

    def __init__(
        self,
        v: Visit,
        draw: Callable[[Visit], Markup],
        *,
        on: Mapping[str, Handler] | None = None,
        follows: Iterable[Topic] = (),
        tag: str = "div",
        classes: str = "",
    ) -> None:
        super().__init__(draw(v), tag=tag, classes=classes)
        self.draw, self.actions, self._sent, self._drawn = draw, dict(on or {}), 0, hash(self.first)
        self._fresh = False  # just drawn after its own action: what that action told is in it
        if self.actions:
            self.on("act", self._act)
        if "address" in self.actions:  # the address bar moved: back, forward, a window closed
            self.props["address"] = True
        for topic in follows:
            follow(self.client, topic, self.refresh)

    def refresh(self) -> None:
        """Draw again under a visit that is no activity of the person's; somebody signed out sees nothing new."""
        if self._fresh:
            return
        try:
            caller = here(touch=False)
            with caller.visit() as v:
                self._show(self.draw(v))
        except SignedOut:
            return
        except NotYours:
            self.client.open("/")
        except Exception as fault:
            reference_of(fault, "redrawing")
            return
        self.update()

    def _show(self, markup: Markup) -> None:
        if hash(markup) != self._drawn:
            self._drawn, self.props["content"] = hash(markup), str(markup)

    def command(self, answer: Answer) -> None:
        self._sent += 1
        self.props["command"] = {"n": self._sent, **{key: value for key, value in asdict(answer).items() if value}}

    async def _act(self, event: GenericEventArguments) -> None:
        act = Act.read(event.args)
        handler = self.actions.get(act.do) if act else None
        if act is None or handler is None:
            log.warning("an event that no page of ours sends: %.80r", event.args)
            self.command(Answer())
            self.update()
            return
        self.command(await self._answer(handler, act))
        self.update()

    async def _answer(self, handler: Handler, act: Act) -> Answer:
        """Run the action, then draw the panel again with what it changed."""
        try:
            caller = here()
        except SignedOut:
            return Answer(reload=True)
        try:
            if getattr(handler, "only_shows", False):
                with caller.visit(at_once=True) as v:
                    answer = _look(handler, v, caller, act)
                    self._show(self.draw(v))
            else:
                answer = await _run(handler, caller, act)
                with caller.visit() as v:
                    self._show(self.draw(v))
        except NotYours:
            return Answer(go="/")
        except Exception as fault:
            return _went_wrong(caller, act, fault)
        self._fresh = True
        asyncio.get_running_loop().call_soon(self._age)
        return answer

    def _age(self) -> None:
        self._fresh = False


async def _run(handler: Handler, caller: Caller, act: Act) -> Answer:
    """The handler's answer, in words what goes wrong."""
    try:
        if inspect.iscoroutinefunction(handler):
            return await handler(caller, act) or Answer()
        with caller.visit(writes=not caller.looking) as v:
            answer = handler(v, act)
        return answer or Answer()
    except Exception as fault:
        return _in_words(fault, caller, act)


def _look(handler: Handler, v: Visit, caller: Caller, act: Act) -> Answer:
    try:
        return handler(v, act) or Answer()
    except Exception as fault:
        return _in_words(fault, caller, act)


def _in_words(fault: Exception, caller: Caller, act: Act) -> Answer:
    if isinstance(fault, OnlyReads) and caller.looking:
        return Answer(dialog=caller.say(ONLY_LOOKING))
    if isinstance(fault, Faulty):
        return Answer(focus=next(iter(fault.faults)))
    if isinstance(fault, Refused):
        return Answer(dialog=fault.tell(caller.tongue))
    if isinstance(fault, NotYours):
        return Answer(dialog=caller.say("Ceci n’existe plus ou ne vous est pas accessible."))
    return _went_wrong(caller, act, fault)


def _went_wrong(caller: Caller, act: Act, fault: Exception) -> Answer:
    reference = reference_of(fault, act.do)
    if isinstance(fault, Unavailable):
        return Answer(dialog=caller.say(database_sentence(fault)))
    return Answer(
        dialog=caller.say(
            "Une erreur est survenue ; votre saisie est toujours là. Réessayez, "
            "ou donnez cette référence au conservatoire : {reference}",
            reference=reference,
        )
    )


Desk = TypeVar("Desk")
Acts = Mapping[str, Callable[[Visit, Act, Desk], Answer | None]]


def desk_panel(
    v: Visit, desk: Desk, draw: Callable[[Visit, Desk], Markup], acts: Acts[Desk], follows: Sequence[Topic] = ()
) -> None:
    """The panel of what one open page shows; each act is given it."""
    Panel(v, lambda w: draw(w, desk), follows=follows, classes="flow", on=acts_of(desk, acts))
