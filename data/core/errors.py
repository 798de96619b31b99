"""What an operation answers instead of a result: not found, UserError, faults of a form."""

from enum import StrEnum
from functools import partial
from typing import Any

from data.core.i18n import Language, Plural, ngettext, translate


class ErrorCode(StrEnum):
    """What code may ask of a UserError. Files that are refused have theirs in data/uploads/validation.py."""

    WRONG_PASSWORD = "wrong_password"
    WRONG_CODE = "wrong_code"  # of the second factor
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    AMOUNT = "amount"  # what was typed as one
    EMPTY = "empty"  # what a record cannot do without


class UserError(Exception):
    """What a person asked for cannot be done: a sentence that says why and how to mend it.

    `code` where somebody asks which error it is: sentences are for people and are never compared.
    """

    def __init__(self, sentence: str | Plural, *, code: str = "", **placeholders: object) -> None:
        super().__init__(sentence)
        self.sentence, self.code = sentence, code
        self.placeholders: dict[str, Any] = placeholders

    def __reduce__(self) -> tuple[Any, tuple[()]]:
        """As it crosses to another process: an exception alone would forget its words."""
        return partial(type(self), self.sentence, code=self.code, **self.placeholders), ()

    def message(self, language: Language = "fr") -> str:
        if isinstance(self.sentence, Plural):
            return ngettext(*self.sentence, language, **self.placeholders)
        return translate(self.sentence, language, **self.placeholders)

    def __str__(self) -> str:
        return self.message()


class ValidationErrors(Exception):
    """A form with faults: field name -> UserError, in the form's order. What was typed is kept by the form."""

    def __init__(self, faults: dict[str, UserError]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


class NotFound(LookupError):
    """No such row, or not this account's: the two are not told apart."""
