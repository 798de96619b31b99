"""Of which assessment the marks of a sheet are, where no column says it: its name or its title does, or a person."""

import re
from collections.abc import Iterable
from datetime import date

from data.core.days import read_day
from data.core.errors import UserError
from data.core.fields import fold
from data.importing.matched import WHICH_TEST
from data.importing.questions import TYPED, Choice, Question
from data.importing.snapshot import Line, Snapshot

MAX_NAME = 80
TEST = re.compile(
    r"\b(controles?|examens?|exam|evaluations?|eval|tests?|devoirs?|interros?|interrogations?|partiels?|concours|epreuves?|quiz|dictees?|"
    r"audition|dechiffrage|ds|dst|cc|uv|bilan|passage)\b"
)
NO_NAME = re.compile(  # of a sheet that nobody named, or that says no more than what it holds
    r"(feuil|feuille|sheet|tabelle|hoja|foglio|tableau|table|page|classeur|export|data|donnees|notes?|marks?|resultats?|liste|eleves?)[\W_]*\d*"
)
DAY = re.compile(
    r"\b\d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?\d{4}\b|\b\d{1,2}(?:er)? (?:janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec)[a-z]*\.? \d{4}\b"
)
UNNAMED = Choice("none", UserError("Une évaluation sans nom"))
NO_DAY = Choice("none", UserError("Sans date"))
SAYS_IT = ("kind", "assessment", "day")


def ask(lines: Iterable[Line], snapshot: Snapshot) -> None:
    """Into the lines, the name and the day; the same for all of them. Nothing where a column, or a fixed value, says one of them."""
    silent = [line for line in lines if not any(line.get(name) or name in line.bad for name in SAYS_IT)]
    if not silent or any(name in snapshot.titles for name in SAYS_IT):
        return
    kind, day = _name(snapshot), _day(snapshot)
    for line in silent:
        if kind:
            line.values["kind"] = kind
        if day:
            line.values["day"] = day


def _name(snapshot: Snapshot) -> str:
    """What the sheet is called, when that is an assessment's name; told so. Else a person says it."""
    called = snapshot.sheet_name.strip()[:MAX_NAME]
    called = "" if NO_NAME.fullmatch(fold(called)) else called
    above = [text for text in snapshot.above if TEST.search(fold(text)) and len(text) <= MAX_NAME]
    proposed = {fold(text): text for text in (called, *above) if text}
    tests = [text for text in proposed.values() if TEST.search(fold(text))]
    sure = len(tests) == 1
    names = tests if sure else list(proposed.values())
    choices = [Choice(name, UserError("« {name} »", name=name)) for name in names]
    sentence = UserError("Aucune colonne ne dit de quelle évaluation sont ces notes. Laquelle est-ce ?")
    if sure:
        sentence = UserError("Ces notes sont celles de l’évaluation « {name} », d’après le nom ou le titre de la feuille.",
                             name=tests[0])  # fmt: skip
    asked = Question(f"{WHICH_TEST}:name", sentence, (*choices, UNNAMED), stops=not sure, entry=UserError("ou son nom"))
    answer = snapshot.questions.ask(asked, sample=snapshot.sheet_name)
    return answer.removeprefix(TYPED).strip()[:MAX_NAME] if answer != UNNAMED.value else ""


def _day(snapshot: Snapshot) -> date | None:
    """The only day that the sheet's name or title says, told so; of several, or beside other words, a person says which."""
    texts = (snapshot.sheet_name, *snapshot.above)
    days = sorted({day for text in texts for day in _days(text)})
    if not days:
        return None
    sure = len(days) == 1 and any(TEST.search(fold(text)) and [*_days(text)] for text in texts)
    choices = [Choice(day.isoformat(), UserError("Le {day}", day=f"{day:%d/%m/%Y}")) for day in days]
    sentence = UserError("Le titre de la feuille donne une date : est-ce celle de l’évaluation ?")
    asked = Question(f"{WHICH_TEST}:day", sentence, (*choices, NO_DAY), stops=not sure)
    answer = snapshot.questions.ask(asked, sample=snapshot.sheet_name)
    return date.fromisoformat(answer) if answer not in {"", NO_DAY.value} else None


def _days(text: str) -> Iterable[date]:
    for found in DAY.finditer(fold(text)):
        try:
            day = read_day(found[0])
        except UserError:
            continue
        if day:
            yield day
