"""What only a person can say of a file: asked once for all cells that are alike, answered on the screen, kept with the match."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from data.core.errors import UserError

MAX_SAMPLES = 5


@dataclass(frozen=True)
class Choice:
    """One answer: what is kept, and the sentence that a person presses."""

    value: str
    sentence: UserError


@dataclass
class Question:
    """`key` is the same from one check to the next: « dates:birth_date ». `samples`: values of the file that raise it.

    `stops`: nothing is written until it is answered; else the first choice holds, and is said.
    """

    key: str
    sentence: UserError
    choices: tuple[Choice, ...]
    column: str = ""  # its title in the file; empty when the question is about whole lines
    stops: bool = True
    answer: str = ""
    lines: list[int] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.stops and not self.answer


class Questions:
    """The questions that one check raises, beside the answers given before: key -> value of a choice."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = answers
        self._asked: dict[str, Question] = {}
        self._lines: set[tuple[str, int]] = set()

    def ask(self, question: Question, *, line: int = 0, sample: str = "") -> str:
        """The answer, "" while there is none. The same key asked again adds its line and sample to the first."""
        asked = self._asked.setdefault(question.key, question)
        if line and (asked.key, line) not in self._lines:
            self._lines.add((asked.key, line))
            asked.lines.append(line)
        if sample and sample not in asked.samples and len(asked.samples) < MAX_SAMPLES:
            asked.samples.append(sample)
        given = self._answers.get(asked.key, "")
        known = {choice.value for choice in asked.choices}
        asked.answer = given if given in known else "" if asked.stops else asked.choices[0].value
        return asked.answer

    def every(self) -> list[Question]:
        """In the order in which the file raises them, the open ones first."""
        return sorted(self._asked.values(), key=lambda each: not each.is_open)
