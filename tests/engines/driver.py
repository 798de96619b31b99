"""What an engine's driver does for a page. Actions of keys and pointer are those of W3C's WebDriver, which both drivers speak."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class Lost(Exception):
    """The page is between two documents, or has no such element: to be asked again."""


class Fault(AssertionError):
    """A script of ours failed in the page."""


@dataclass(frozen=True)
class Wishes:
    """What a person asked of the browser or of the system, that a page has to follow."""

    letters: int = 16  # pixels of the browser's own text
    forced_colours: bool = False
    still: bool = False  # no motion


class Driver(Protocol):
    """One person's window. Functions are JavaScript's; what they are given and give back is JSON."""

    complaints: list[str]  # errors that the page's console had

    def evaluate(self, function: str, *values: Any) -> Any: ...

    def goto(self, url: str) -> None: ...

    def reload(self) -> None: ...

    def back(self) -> None: ...

    def perform(self, actions: list[dict[str, Any]]) -> None: ...

    def give(self, function: str, where: Any, paths: list[str]) -> None:
        """Files, to the input that the function finds."""

    def cookie(self, name: str, value: str) -> None: ...

    def resize(self, width: int, height: int) -> None: ...

    def picture(self, path: Path) -> None: ...

    def close(self) -> None: ...


class Engine(Protocol):
    name: str

    def window(self, width: int, height: int) -> Driver: ...

    def close(self) -> None: ...
