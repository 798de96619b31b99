"""Words that a file writes nearly as the site or its other lines do: asked. Those that the site has never seen: shown."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz
from sqlmodel import select
from sqlmodel.sql.expression import SelectOfScalar

from data.billing.models import Payment
from data.core.errors import UserError
from data.core.fields import fold
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.importing.columns import MEANS
from data.importing.questions import Choice, Question
from data.importing.records import Record
from data.importing.snapshot import Line, Snapshot
from data.schooling.models import Course

NEAR = 84  # of 100: two words are nearly the same
OFTEN = 3  # times more lines have the word that is meant
ENOUGH = 4  # words that a site must have before another one is shown as new to it
SHARE = 0.3  # of the lines: where more have new words, the file is of other things, and nothing is shown
MAX_WORDS = 200  # of one column that are compared
SIGN = re.compile(
    r"\d+|\b[ivx]+\b|\b[a-z]\b"
)  # « 1er cycle » and « 2e cycle », « Danse A » and « Danse B » are meant so
SOURCES: dict[str, tuple[SelectOfScalar[str], ...]] = {
    "discipline": (select(Pupil.discipline).distinct(), select(Course.department).distinct()),
    "cycle": (select(Pupil.cycle).distinct(), select(Course.cycle).distinct()),
    "department": (select(Course.department).distinct(),),
    "method": (select(Payment.method).distinct(),),
}
LABELS = {
    "discipline": _("Discipline"),
    "cycle": _("Cycle"),
    "department": _("Département"),
    "method": _("Mode de règlement"),
}


def load(uow: UnitOfWork, snapshot: Snapshot, record: Record) -> None:
    """The words of the site, for the columns that the kind has."""
    for name, questions in SOURCES.items():
        wanted = [one.name for one in record.columns if _own_name(one.name) == name]
        if not wanted:
            continue
        words = [word for question in questions for word in uow.all(question) if word]
        words += [*MEANS.values()] if name == "method" else []
        known = {fold(word): word for word in words}
        snapshot.words |= dict.fromkeys(wanted, known)


def _own_name(column: str) -> str:
    """« pupil2_discipline » is a discipline."""
    return re.sub(r"^pupil\d_", "", column)


def ask(lines: Iterable[Line], snapshot: Snapshot) -> None:
    lines = list(lines)
    for name, known in snapshot.words.items():
        filled = [(line, word) for line in lines if isinstance(word := line.values.get(name), str) and word]
        if filled:
            _ask(name, filled, known, snapshot)


def _ask(name: str, filled: Sequence[tuple[Line, str]], known: dict[str, str], snapshot: Snapshot) -> None:
    counts = Counter(fold(word) for _, word in filled)
    written = {fold(word): word for _, word in filled}
    near = {}
    for word in [each for each in counts if each not in known][:MAX_WORDS]:
        if meant := _meant(word, counts, known):
            near[word] = known.get(meant) or written[meant]
    for line, word in filled:
        if meant := near.get(fold(word), ""):
            _say_near(name, line, word, meant, snapshot)
    new = [(line, word) for line, word in filled if fold(word) not in known and fold(word) not in near]
    if len(known) >= ENOUGH and len(new) <= SHARE * len(filled):
        for line, word in new:
            _say_new(name, line, word, snapshot)


def _meant(word: str, counts: Counter[str], known: dict[str, str]) -> str:
    """The word that another one is nearly, of those that the site has or that far more lines have."""
    often = (each for each, count in counts.items() if each not in known and count >= OFTEN * counts[word])
    near = [
        (fuzz.ratio(word, each), each)
        for each in (*known, *often)
        if each != word and SIGN.findall(each) == SIGN.findall(word)
    ]
    points, meant = max(near, default=(0.0, ""))
    return meant if points >= NEAR and len(word) > 3 else ""


def _say_near(name: str, line: Line, word: str, meant: str, snapshot: Snapshot) -> None:
    title = snapshot.titles.get(name, "")
    sentence = UserError("« {word} », dans la colonne « {column} » : est-ce « {meant} » ?",
                         word=word[:40], column=title or LABELS[_own_name(name)], meant=meant[:40])  # fmt: skip
    choices = (
        Choice("same", UserError("Oui : écrire « {meant} »", meant=meant[:40])),
        Choice("new", UserError("Non, c’est autre chose")),
    )
    asked = Question(f"near:{name}:{fold(word)[:40]}", sentence, choices, column=title)
    answer = snapshot.questions.ask(asked, line=line.number, sample=word[:40])
    if answer == "same":
        line.values[name] = meant


def _say_new(name: str, line: Line, word: str, snapshot: Snapshot) -> None:
    title = snapshot.titles.get(name, "")
    sentence = UserError(
        "Le portail n’a encore rien de ce nom dans « {column} » : il sera ajouté.",
        column=title or LABELS[_own_name(name)],
    )
    choices = (Choice("new", UserError("Oui, c’est nouveau")),)
    asked = Question(f"new-words:{name}", sentence, choices, column=title, stops=False)
    snapshot.questions.ask(asked, line=line.number, sample=word[:40])
