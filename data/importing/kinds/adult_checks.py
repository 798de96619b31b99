"""What an adult cannot be: a child's date of birth in an adult's column is asked before anything is written."""

from collections.abc import MutableMapping
from datetime import date
from typing import Any

from data.core.errors import UserError
from data.importing.questions import Choice, Question
from data.importing.snapshot import Line, Snapshot

TOO_YOUNG = 16  # years


def age(birth: object, today: date) -> int | None:
    if not isinstance(birth, date):
        return None
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def check_birth(line: Line, snapshot: Snapshot, values: MutableMapping[str, Any], column: str, name: str) -> None:
    """An adult born a few years ago is a child's date in the wrong column, or a child taken for an adult."""
    birth = values.get("birth_date")
    years = age(birth, snapshot.today)
    if not isinstance(birth, date) or years is None or not 0 <= years < TOO_YOUNG:
        return
    sentence = UserError("Ces adultes auraient moins de seize ans : est-ce la date de naissance des élèves ?")
    choices = (
        Choice("drop", UserError("Oui : ne pas l’enregistrer pour les adultes")),
        Choice("keep", UserError("Non, ces dates sont bien les leurs")),
    )
    asked = Question("young-adults", sentence, choices, column=line.fields[column].label)
    if snapshot.questions.ask(asked, line=line.number, sample=f"{name}, {birth:%d/%m/%Y}".strip(" ,")) == "drop":
        del values["birth_date"]
