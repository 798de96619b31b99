"""« décédé », « ? » where the name of an adult is expected: no adult is made of it, and that is told."""

from data.core.errors import UserError
from data.core.fields import UNNAMED, fold, tidy
from data.importing import name_cells
from data.importing.questions import Choice, Question, Questions
from data.importing.snapshot import Line

NAMES = ("name", "last_name", "first_name")
SENTENCE = UserError(
    "Ces cellules ne nomment personne : aucun adulte n’en est fait, et ce qui le concerne est laissé de côté."
)
CHOICES = (
    Choice("out", UserError("Oui, les laisser de côté")),
    Choice("keep", UserError("Non, ce sont des noms : les garder")),
)


def is_left_out(line: Line, questions: Questions, group: str, own_name: str, cell: str) -> bool:
    """Whether a cell of an adult's names says that there is nobody."""
    if not group.startswith("adult") or own_name not in NAMES or not name_cells.is_nobody(cell):
        return False
    if own_name != "name" and (any(map(str.isalnum, cell)) or UNNAMED.fullmatch(fold(tidy(cell)))):
        return False  # what the other column says counts too: « - » and « Eva » are a person who has one name
    return leave_out(line, questions, group, cell)


def leave_out(line: Line, questions: Questions, group: str, cell: str) -> bool:
    answer = questions.ask(Question("nobody", SENTENCE, CHOICES, stops=False), line=line.number, sample=cell)
    if answer == "out":
        line.nobody.add(group)
    return answer == "out"
