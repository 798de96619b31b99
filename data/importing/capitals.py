"""Names that a program writes in capitals: kept so, or written as people write them. Asked once for a file; kept unless answered."""

import re
from collections.abc import Iterable

from data.core.errors import UserError
from data.importing.name_cells import in_capitals
from data.importing.questions import Choice, Question
from data.importing.snapshot import Line, Snapshot

NAMES = ("last_name", "birth_name", "first_name", "town")  # with whatever stands before them: « adult1_last_name »
MIN_SHARE = 0.8  # of a column's names that are in capitals: else a few are, and stay
KEPT, WRITTEN = "kept", "written"
WORD = re.compile(r"[^\W\d_]+")
SENTENCE = UserError("Les noms sont en capitales dans ce fichier.")
CHOICES = (
    Choice(KEPT, UserError("Les garder en capitales")),
    Choice(WRITTEN, UserError("Les écrire ainsi : Aubertin, Metz")),
)


def ask(lines: Iterable[Line], snapshot: Snapshot) -> None:
    """Ask about the columns that are in capitals, and write their names as it is answered."""
    lines = list(lines)
    columns = _in_capitals(lines)
    for line in lines:
        for column in columns:
            name = line.values.get(column)
            if isinstance(name, str) and in_capitals(name):
                line.values[column] = _answered(snapshot, line, name)


def _answered(snapshot: Snapshot, line: Line, name: str) -> str:
    written = as_written(name)
    answer = snapshot.questions.ask(
        Question("capitals", SENTENCE, CHOICES, stops=False), line=line.number, sample=f"{name} → {written}"
    )
    return written if answer == WRITTEN else name


def _in_capitals(lines: list[Line]) -> list[str]:
    columns = {name for line in lines for name in line.values if name.endswith(NAMES)}
    found = []
    for column in sorted(columns):
        names = [name for line in lines if isinstance(name := line.values.get(column), str) and len(name) > 1]
        if names and sum(map(in_capitals, names)) >= MIN_SHARE * len(names):
            found.append(column)
    return found


def as_written(name: str) -> str:
    """« BEN SAÏD » → « Ben Saïd », « D’ALMEIDA » → « D’Almeida », « SAINT-AUBIN » → « Saint-Aubin »."""
    return WORD.sub(lambda word: word[0][0] + word[0][1:].lower(), name)
