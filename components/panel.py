"""A panel: a piece of screen drawn from a visit, redrawn by itself, with named actions. One NiceGUI element each.

The browser sends {do, of, values}; only actions the panel names are run, on values that are short texts. The page's
markup is morphed, so focus, scrolling and what is being typed stay where they are.
"""

import asyncio
import inspect
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from markupsafe import Markup
from nicegui.events import GenericEventArguments

from components.entrance import ONLY_LOOKING, Caller, SignedOut
from components.errors import database_sentence, reference_of
from components.follow import follow
from components.piece import Piece
from components.screen import here
from data.database import Unavailable
from data.i18n import Faulty, Refused
from data.live import Topic
from data.visits import NotYours, OnlyReads, Visit

LONGEST, MOST_VALUES = 5_000, 80
log = logging.getLogger("anacrouse.panel")


@dataclass(frozen=True)
class Act:
    """What a person did: the action's name, what it is about, the form's values (texts)."""

    do: str
    of: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def number(self) -> int:
        """`of` as a key; NotYours when it is none, as for a key that is not there."""
        if not self.of.isdecimal() or len(self.of) > 9:
            raise NotYours(f"{self.do} of {self.of[:20]!r}")
        return int(self.of)

    @staticmethod
    def read(sent: object) -> "Act | None":
        """None when it is not what our script sends: events can be forged."""
        if not isinstance(sent, dict):
            return None
        do, of, values = sent.get("do"), sent.get("of", ""), sent.get("values", {})
        if not (isinstance(do, str) and isinstance(of, str) and isinstance(values, dict)) or len(values) > MOST_VALUES:
            return None
        texts = {
            name: value
            for name, value in values.items()
            if isinstance(name, str) and len(name) <= 80 and isinstance(value, str) and len(value) <= LONGEST
        }
        return Act(do[:40], of[:80], texts) if len(texts) == len(values) else None


@dataclass(frozen=True)
class Answer:
    """What the browser does once the panel is drawn again."""

    dialog: str = ""  # a message closed with « OK »
    say: str = ""  # announced to screen readers: the screen shows it already
    toast: str = ""  # announced, and shown for a while
    focus: str = ""  # id of what gets the focus
    forget: str = ""  # the form whose typed values are now recorded
    fill: Mapping[str, str] = field(default_factory=dict)  # id -> value put into a field
    close: str = ""  # id of a dialog
    open: str = ""  # id of a dialog
    go: str = ""  # an address of ours
    url: str = ""  # what the address bar shows, without loading it
    push: str = ""  # the address of a window that opens: the back button closes it
    reload: bool = False


Handler = Callable[..., Any]  # (v, act) -> Answer | None, or async (caller, act) -> Answer | None


def only_shows(handler: Handler) -> Handler:
    """An act that writes nothing: it runs in the reading visit that draws its answer, and waits for nobody who writes."""
    handler.only_shows = True  # type: ignore[attr-defined]
    return handler


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
