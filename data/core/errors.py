"""What an operation answers instead of a result: not found, refused, faults of a form."""

from functools import partial
from typing import Any

from data.core.i18n import Language, say


class Refused(Exception):
    """What a person asked for cannot be done: a sentence that says why and how to mend it."""

    def __init__(self, sentence: str, **words: object) -> None:
        super().__init__(sentence)
        self.sentence, self.words = sentence, words

    def __reduce__(self) -> tuple[Any, tuple[()]]:
        """As it crosses to another process: an exception alone would forget its words."""
        return partial(type(self), self.sentence, **self.words), ()

    def tell(self, tongue: Language = "fr") -> str:
        return say(self.sentence, tongue, **self.words)

    def __str__(self) -> str:
        return self.tell()


class Faulty(Exception):
    """A form with faults: field name -> Refused, in the form's order. What was typed is kept by the form."""

    def __init__(self, faults: dict[str, Refused]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


class NotYours(LookupError):
    """No such row, or not this account's: the two are not told apart."""
