"""What only a person can say of a file: asked once for all cells that are alike, answered on the screen, kept with the match."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from data.core.errors import UserError

MAX_SAMPLES = 5
SPLIT = "split"  # the answer of a question that has another one for each of its parts
PART = " ⇢ "  # between a question's key and the part of it that is asked by itself
TYPED = "="  # begins an answer that was typed, and not chosen


@dataclass(frozen=True)
class Choice:
    """One answer: what is kept, and the sentence that a person presses."""

    value: str
    sentence: UserError


IT_DEPENDS = Choice(SPLIT, UserError("Cela dépend des lignes : répondre pour chacune"))


@dataclass
class Question:
    """`key` is the same from one check to the next: « dates:birth_date ». `samples`: values of the file that raise it.

    `stops`: nothing is written until it is answered; else the first choice holds, and is said. `entry`: what may be typed
    in place of a choice.
    """

    key: str
    sentence: UserError
    choices: tuple[Choice, ...]
    column: str = ""  # its title in the file; empty when the question is about whole lines
    stops: bool = True
    entry: UserError | None = None
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
        self._parts: dict[str, set[str]] = {}

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
        typed = asked.entry is not None and given.startswith(TYPED)
        asked.answer = given if given in known or typed else "" if asked.stops else asked.choices[0].value
        return asked.answer

    def ask_part(
        self,
        question: Question,
        part: str,
        *,
        line: int = 0,
        sample: str = "",
        depends: Choice = IT_DEPENDS,
        alone: Question | None = None,
    ) -> str:
        """As `ask`; where it is answered that it depends on the lines, each part of them is asked by itself, as `alone` if it is given."""
        whole = replace(question, choices=(*question.choices, depends), lines=[], samples=[])
        self._parts.setdefault(question.key, set()).add(part)
        answer = self.ask(whole, line=line, sample=sample)
        if answer != SPLIT:
            return answer
        key = f"{question.key}{PART}{hashlib.sha256(part.encode()).hexdigest()[:12]}"
        return self.ask(replace(alone or question, key=key, lines=[], samples=[]), line=line, sample=sample)

    def is_open(self, key: str) -> bool:
        """Whether it was raised so far, and nobody answered."""
        return key in self._asked and self._asked[key].is_open

    def lines_of(self, key: str) -> list[int]:
        """The lines that raised a question so far."""
        return self._asked[key].lines if key in self._asked else []

    def every(self) -> list[Question]:
        """In the order in which the file raises them, the open ones first."""
        return sorted(map(self._as_shown, self._asked.values()), key=lambda each: not each.is_open)

    def _as_shown(self, asked: Question) -> Question:
        """What has a single part depends on nothing."""
        if len(self._parts.get(asked.key, "  ")) > 1 or asked.answer == SPLIT or asked.choices[-1] != IT_DEPENDS:
            return asked
        return replace(asked, choices=asked.choices[:-1])
