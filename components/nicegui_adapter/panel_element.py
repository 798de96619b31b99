"""A panel: a part of a screen drawn from a unit of work, redrawn by itself, with named actions. One NiceGUI element each.

The browser sends {do, of, values}; only actions the panel names are run, on values that are short texts. The page's
markup is morphed, so focus, scrolling and what is being typed stay where they are.
"""

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TypeVar

from markupsafe import Markup
from nicegui.events import GenericEventArguments

from components.nicegui_adapter.page_events import act_later, follow
from components.nicegui_adapter.screens import here
from components.nicegui_adapter.static_panel import StaticPanel
from components.ui.panel import Act, Answer, Handler
from components.ui.review_queue import acts_of
from components.web.auth import SignedOut
from components.web.errors import database_sentence, reference_of
from data.accounts import passwords
from data.accounts.caller import READ_ONLY_VIEW, Caller
from data.core import events
from data.core.database import free_to_write
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.events import Topic
from data.core.i18n import Language, translate
from data.core.scope import ReadOnlyViolation
from data.core.unit_of_work import UnitOfWork

AGAIN_SECONDS = 5.0
log = logging.getLogger("anacrouse.panel")


class Panel(StaticPanel):
    """Drawn at once with the page's unit of work; `refresh` draws it again with its own."""

    def __init__(
        self,
        uow: UnitOfWork,
        draw: Callable[[UnitOfWork], Markup],
        *,
        on: Mapping[str, Handler] | None = None,
        follows: Iterable[Topic] = (),
        tag: str = "div",
        classes: str = "",
    ) -> None:
        super().__init__(draw(uow), tag=tag, classes=classes)
        self.draw, self.actions, self._sent, self._drawn = draw, dict(on or {}), 0, hash(self.first)
        self.follows, self._as_of, self._language = tuple(follows), uow.as_of, uow.language
        self._begun = self._answered = 0  # the last numbered act
        self._redraws_later = False
        if self.actions:
            self.on("act", self._act)
        if "address" in self.actions:  # the address bar moved: back, forward, a window closed
            self.props["address"] = True
        for topic in self.follows:
            follow(self.client, topic, self.refresh)
        if self.follows:
            self.client.on_connect(self.refresh)  # what changed since it was drawn, or while it slept

    def refresh(self) -> None:
        """Draw again what changed since it was drawn, under a unit of work that is no activity of the person's.

        Somebody signed out sees nothing new. What the page's own action published is in what it was answered with.
        """
        if not self.client.has_socket_connection:  # nobody looks at it: it is drawn again when its browser is back
            return
        if not any(events.changed_since(topic, self._as_of) for topic in self.follows):
            return
        try:
            caller = here(touch=False)
            with caller.unit_of_work() as uow:
                self._show(uow)
        except SignedOut:
            return
        except NotFound:
            self.client.open("/")
        except Exception as fault:
            reference_of(fault, "redrawing")
            if database_sentence(fault) and not self._redraws_later:
                self._redraws_later = True
                act_later(self.client, AGAIN_SECONDS, self._refresh_again)
            return
        self.update()

    def _refresh_again(self) -> None:
        """The database did not answer: nobody else says when it is back."""
        self._redraws_later = False
        self.refresh()

    def _show(self, uow: UnitOfWork) -> None:
        markup, self._as_of = self.draw(uow), uow.as_of
        if hash(markup) != self._drawn:
            self._drawn, self.props["content"] = hash(markup), str(markup)

    def command(self, answer: Answer) -> None:
        self._sent += 1
        self.props["command"] = {"n": self._sent, **{key: value for key, value in asdict(answer).items() if value}}

    async def _act(self, event: GenericEventArguments) -> None:
        act = Act.read(event.args)
        if act and 0 < act.serial <= self._begun:  # sent again, for its answer was late or lost: done once
            if act.serial <= self._answered:
                self.update()
            return
        self._begun = act.serial if act and act.serial else self._begun
        handler = self.actions.get(act.do) if act else None
        if act is None or handler is None:
            log.warning("an event that no page of ours sends: %.80r", event.args)
            self.command(Answer())
            self.update()
            return
        self.command(await self._answer(handler, act))
        self._answered = act.serial or self._answered
        self.update()

    async def _answer(self, handler: Handler, act: Act) -> Answer:
        """Run the action, then draw the panel again with what it changed."""
        only_shows = getattr(handler, "only_shows", False)
        try:
            if not only_shows:
                await free_to_write()
            caller = here()
        except SignedOut:
            return Answer(reload=True)
        except Exception as fault:
            return _went_wrong(self._language, act, fault)
        try:
            if only_shows:
                with caller.unit_of_work(at_once=True) as uow:
                    answer = _look(handler, uow, caller, act)
                    self._show(uow)
            else:
                answer = await _run(handler, caller, act)
                with caller.unit_of_work() as uow:
                    self._show(uow)
        except NotFound:
            return Answer(go="/")
        except Exception as fault:
            return _went_wrong(caller.language, act, fault)
        return answer


async def _run(handler: Handler, caller: Caller, act: Act) -> Answer:
    """The handler's answer, in words what goes wrong."""
    try:
        if inspect.iscoroutinefunction(handler):
            return await handler(caller, act) or Answer()
        with caller.unit_of_work(writes=not caller.looking) as uow:
            answer = handler(uow, act)
        return answer or Answer()
    except Exception as fault:
        return _as_answer(fault, caller, act)


def _look(handler: Handler, uow: UnitOfWork, caller: Caller, act: Act) -> Answer:
    try:
        return handler(uow, act) or Answer()
    except Exception as fault:
        return _as_answer(fault, caller, act)


def _as_answer(fault: Exception, caller: Caller, act: Act) -> Answer:
    if isinstance(fault, ReadOnlyViolation) and caller.looking:
        return Answer(dialog=caller.translate(READ_ONLY_VIEW))
    if isinstance(fault, ValidationErrors):
        return Answer(focus=next(iter(fault.faults)))
    if isinstance(fault, UserError):
        return Answer(dialog=fault.message(caller.language))
    if isinstance(fault, passwords.Busy):
        return Answer(dialog=caller.translate(passwords.OVERLOADED))
    if isinstance(fault, NotFound):
        return Answer(dialog=caller.translate("Ceci n’existe plus ou ne vous est pas accessible."))
    return _went_wrong(caller.language, act, fault)


def _went_wrong(language: Language, act: Act, fault: Exception) -> Answer:
    reference = reference_of(fault, act.do)
    if known := database_sentence(fault):
        return Answer(dialog=translate(known, language))
    return Answer(
        dialog=translate(
            "Une erreur est survenue ; votre saisie est toujours là. Réessayez, "
            "ou donnez cette référence au conservatoire : {reference}",
            language,
            reference=reference,
        )
    )


PageState = TypeVar("PageState")
Acts = Mapping[str, Callable[[UnitOfWork, Act, PageState], Answer | None]]


def page_panel(
    uow: UnitOfWork,
    page_state: PageState,
    draw: Callable[[UnitOfWork, PageState], Markup],
    acts: Acts[PageState],
    follows: Sequence[Topic] = (),
    listed: Mapping[str, Handler] | None = None,
) -> None:
    """The panel of what one open page shows; each act is given it. `listed`: the acts of its lists, which have it."""
    on = {**acts_of(page_state, acts), **(listed or {})}
    Panel(uow, lambda w: draw(w, page_state), follows=follows, classes="flow", on=on)
