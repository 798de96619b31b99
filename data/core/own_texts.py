"""What the office writes to families, in French and, where it wishes, in English too: `english` of a row holds the twins by column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import JSON, Column
from sqlmodel import Field

from data.core.errors import UserError
from data.core.i18n import Language, Written
from data.core.plain_text import tidy_lines

TWIN = "_en"


class Bilingual(Protocol):
    english: dict[str, str]


def english_column() -> dict[str, str]:
    column: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    return column


def twin(name: str) -> str:
    """The English one's name in a form."""
    return name + TWIN


def text_of(row: Bilingual, name: str, language: Language) -> str:
    """In that language where the office gave it, else in French."""
    return str((language == "en" and row.english.get(name)) or getattr(row, name))


def read(typed: Mapping[str, object], longest: Mapping[str, int]) -> tuple[dict[str, str], dict[str, UserError]]:
    """The twins that were typed, and what is wrong; `longest`: the characters of each column."""
    found = {name: tidy_lines(str(typed.get(twin(name)) or "")) for name in longest}
    faults = {
        twin(name): UserError("Ce texte est trop long : {most} caractères au plus.", most=longest[name])
        for name, text in found.items()
        if len(text) > longest[name]
    }
    return {name: text for name, text in found.items() if text}, faults


def changed(before: Mapping[str, str], after: Mapping[str, str], names: Iterable[str]) -> dict[str, list[object]]:
    """For the journal."""
    pairs: dict[str, list[object]] = {name: [before.get(name, ""), after.get(name, "")] for name in names}
    return {twin(name): pair for name, pair in pairs.items() if pair[0] != pair[1]}


@dataclass(frozen=True)
class Named(Written):
    """Rows by their labels, in a sentence whose language is only known when it is read."""

    rows: Sequence[Bilingual]

    def written(self, language: Language) -> str:
        quoted = "“{}”" if language == "en" else "« {} »"
        return ", ".join(quoted.format(text_of(row, "label", language)) for row in self.rows)
