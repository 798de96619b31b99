"""What a panel's actions are made of: what the browser sent, what it is answered. The element itself is nicegui_adapter's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.core.errors import NotFound
from data.core.ids import parse_id

MAX_VALUE_LENGTH, MAX_VALUES, MAX_SERIAL = 5_000, 80, 2**31


@dataclass(frozen=True)
class Act:
    """What a person did: the action's name, what it is about, the form's values (texts); its number in its panel."""

    do: str
    of: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    serial: int = 0  # 0: not numbered

    def number(self) -> int:
        """`of` as a key; NotFound when it is none, as for a key that is not there."""
        if (found := parse_id(self.of)) is None:
            raise NotFound(f"{self.do} of {self.of[:20]!r}")
        return found

    @property
    def value(self) -> str:
        """What the one control that changed says."""
        return next(iter(self.values.values()), "")

    @staticmethod
    def read(sent: object) -> "Act | None":
        """None when it is not what our script sends: events can be forged."""
        if not isinstance(sent, dict):
            return None
        do, of, values = sent.get("do"), sent.get("of", ""), sent.get("values", {})
        if not (isinstance(do, str) and isinstance(of, str) and isinstance(values, dict)) or len(values) > MAX_VALUES:
            return None
        serial = sent.get("serial", 0)
        if type(serial) is not int or not 0 <= serial <= MAX_SERIAL:
            return None
        do, of = _whole(do), _whole(of)
        texts = {
            _whole(name): _whole(value)
            for name, value in values.items()
            if isinstance(name, str) and len(name) <= 80 and isinstance(value, str) and len(value) <= MAX_VALUE_LENGTH
        }
        return Act(do[:40], of[:80], texts, serial) if len(texts) == len(values) else None


def _whole(text: str) -> str:
    """JSON may hold halves of letters, which nothing can write, and NUL, which PostgreSQL does not take."""
    return (text if text.isascii() else text.encode("utf-8", "replace").decode()).replace("\0", "")


@dataclass(frozen=True)
class Answer:
    """What the browser does once the panel is drawn again."""

    dialog: str = ""  # a message closed with « OK »
    announce: str = ""  # announced to screen readers: the screen shows it already
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


Handler = Callable[..., Any]  # (uow, act) -> Answer | None, or async (caller, act) -> Answer | None


def only_shows(handler: Handler) -> Handler:
    """An act that writes nothing: it runs in the read-only unit of work that draws its answer, and waits for nobody who writes."""
    handler.only_shows = True  # type: ignore[attr-defined]
    return handler
