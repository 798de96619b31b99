"""What the office's desks share: a panel whose acts know the desk that is open, the pages of its list, a reason one types."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from markupsafe import Markup

from components.icons import icon
from components.markup import button, classes, tag
from components.panel import Act, Answer, Panel
from data.i18n import Refused
from data.live import Topic
from data.visits import Visit

Desk = TypeVar("Desk")
Acts = Mapping[str, Callable[[Visit, Act, Desk], Answer | None]]


def desk_panel(
    v: Visit, desk: Desk, draw: Callable[[Visit, Desk], Markup], acts: Acts[Desk], follows: Sequence[Topic] = ()
) -> None:
    """The panel of what one open page shows; each act is given it."""
    Panel(
        v,
        lambda w: draw(w, desk),
        follows=follows,
        classes="flow",
        on={name: _of(act, desk) for name, act in acts.items()},
    )


def _of(act: Callable[[Visit, Act, Desk], Answer | None], desk: Desk) -> Callable[[Visit, Act], Answer | None]:
    return lambda v, sent: act(v, sent, desk)


def pager(v: Visit, skip: int, most: int, total: int) -> Markup | None:
    """Earlier and later pages of a list (act « page »), and where one is; nothing when one page holds it all."""
    if total <= most:
        return None
    last = min(skip + most, total)
    return tag(
        "nav",
        button(v.say("Précédentes"), do="page", of=max(0, skip - most), class_="link") if skip else tag("span"),
        tag("span", v.say("{first} à {last} sur {total}", first=skip + 1, last=last, total=total), class_="soft"),
        button(v.say("Suivantes"), do="page", of=skip + most, class_="link") if last < total else tag("span"),
        class_="pager",
        aria_label=v.say("Pages de la liste"),
    )


def reason(v: Visit, label: str, fault: Refused | None, ready: Iterable[str], most: int = 500) -> Markup:
    """The field « reason » (`most` characters) with its fault, and sentences that fill it."""
    return tag(
        "div",
        tag("label", label, for_="reason"),
        tag(
            "textarea",
            id="reason",
            name="reason",
            maxlength=most,
            rows=2,
            aria_describedby="reason-fault" if fault else None,
            aria_invalid="true" if fault else None,
        ),
        fault and tag("p", icon("alert"), tag("span", fault.tell(v.tongue)), id="reason-fault", class_="fault"),
        ready_sentences(v, "reason", ready),
        class_=classes("field", fault and "faulty"),
    )


def ready_sentences(v: Visit, field: str, sentences: Iterable[str]) -> Markup:
    """A button for each, which writes it into the field."""
    buttons = [tag("button", each, type="button", data_fills=field) for each in sentences]
    return tag("div", buttons, class_="ready", role="group", aria_label=v.say("Raisons prêtes"))
