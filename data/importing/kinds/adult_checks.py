"""What an adult cannot be: a child's date of birth in an adult's column is asked before anything is written."""

from collections.abc import MutableMapping
from datetime import date
from typing import Any

from data.core.days import age_on
from data.core.errors import UserError
from data.core.fields import full_name
from data.families.models import Pupil
from data.importing.questions import Choice, Question
from data.importing.snapshot import Line, Snapshot

TOO_YOUNG = 16  # years


def age(birth: object, today: date) -> int | None:
    if not isinstance(birth, date):
        return None
    return age_on(birth, today)


def check_birth(
    line: Line, snapshot: Snapshot, values: MutableMapping[str, Any], column: str, name: str, *, alone: bool = False
) -> bool:
    """An adult born a few years ago is a child's date in the wrong column, or a child taken for an adult.

    `alone`: nobody else is on the line, which may be a pupil's. False when it is to be left out for that.
    """
    birth = values.get("birth_date")
    years = age(birth, snapshot.today)
    if not isinstance(birth, date) or years is None or not 0 <= years < TOO_YOUNG:
        return True
    asked = _who(line.fields[column].label) if alone else _whose(line.fields[column].label)
    answer = snapshot.questions.ask(asked, line=line.number, sample=f"{name}, {birth:%d/%m/%Y}".strip(" ,"))
    if answer == "drop":
        del values["birth_date"]
    return answer != "out"


def _whose(title: str) -> Question:
    sentence = UserError("Ces adultes auraient moins de seize ans : est-ce la date de naissance des élèves ?")
    choices = (
        Choice("drop", UserError("Oui : ne pas l’enregistrer pour les adultes")),
        Choice("keep", UserError("Non, ces dates sont bien les leurs")),
    )
    return Question("young-adults", sentence, choices, column=title)


def _who(title: str) -> Question:
    sentence = UserError("Ces adultes auraient moins de seize ans. Qui sont-ils ?")
    choices = (
        Choice("out", UserError("Des élèves : laisser leurs lignes de côté, elles s’importent avec « Élèves et responsables »")),
        Choice("drop", UserError("Des adultes : la date est celle d’un élève, ne pas l’enregistrer")),
        Choice("keep", UserError("Des adultes : ces dates sont bien les leurs")),
    )  # fmt: skip
    return Question("young-adults", sentence, choices, column=title)


GROWN = 26  # years: above, a pupil in a list of children may bear a parent's date
CHILDREN = 0.6  # share of the dates that are children's


def tell_grown(snapshot: Snapshot) -> None:
    """New pupils who are grown up, in a list of children: told; adults learn too."""
    dated = [(each, years) for each in snapshot.added.get(Pupil, ())
             if (years := age(each["birth_date"], snapshot.today)) is not None]  # fmt: skip
    said = snapshot.questions.lines_of("grown")  # they are their own adults
    grown = [each for each, years in dated if years >= GROWN and each.line_number not in said]
    if len(grown) >= (1 - CHILDREN) * len(dated):
        return
    sentence = UserError("Ces élèves auraient plus de vingt-cinq ans, dans une liste d’enfants.")
    choices = (Choice("keep", UserError("Ce sont des élèves adultes")),)
    for each in grown:
        sample = f"{full_name(each['first_name'], each['last_name'])}, {each['birth_date']:%d/%m/%Y}"
        snapshot.questions.ask(
            Question("grown-pupils", sentence, choices, stops=False), line=each.line_number, sample=sample
        )
