"""Lines that say less than they mean: of a past year, the rest of the line above, « Idem Max »."""

from collections.abc import Iterator

from data.core import formats
from data.core.errors import UserError
from data.core.fields import fold, full_name
from data.importing.kinds.household_people import Adult, Entry
from data.importing.questions import Choice, Question
from data.importing.snapshot import Line, Snapshot

PAST_YEARS = "past-years"


def is_past(line: Line, snapshot: Snapshot) -> bool:
    """Whether the line is of an earlier school year, and left out for that. Asked once: who has left is not to come back."""
    year = str(line.get("school_year", ""))
    if not year or year >= formats.school_year(snapshot.today):
        return False
    choices = (
        Choice("out", UserError("Non : les laisser de côté")),
        Choice("in", UserError("Oui : ces élèves sont toujours là")),
    )
    sentence = UserError("Ces lignes sont d’une année scolaire passée. Faut-il les enregistrer ?")
    asked = Question(PAST_YEARS, sentence, choices, column=line.fields["school_year"].label)
    return snapshot.questions.ask(asked, line=line.number, sample=year) == "out"


def continued(entries: list[Entry], snapshot: Snapshot) -> None:
    """A line without family nor adult, below one that has them: cells that a table leaves blank under the first."""
    above: Entry | None = None
    for entry in entries:
        if entry.as_of:
            continue
        if entry.key or entry.adults:
            above = entry
        elif above is not None and entry.children:
            sentence = UserError("Ces lignes ne nomment pas de famille : sont-elles la suite de la ligne au-dessus ?")
            choices = (
                Choice("above", UserError("Oui : la famille est celle de la ligne au-dessus")),
                Choice("none", UserError("Non : enregistrer ces élèves sans famille")),
            )
            asked = Question("continued", sentence, choices)
            if snapshot.questions.ask(asked, line=entry.line.number, sample=entry.children[0].called) != "none":
                _take(entry, above)


def _take(entry: Entry, other: Entry) -> None:
    """The family and the adults of another line."""
    entry.key = entry.key or other.key
    entry.adults = [Adult(each.slot, dict(each.values), each.login) for each in other.adults]
    entry.separated = other.separated
    surname = other.children[0].text("last_name") if other.children else ""
    for child in entry.children:
        if surname and child.text("first_name") and not child.text("last_name"):
            child.values["last_name"] = surname


def of_another(entries: list[Entry], snapshot: Snapshot) -> Iterator[tuple[int, int]]:
    """« Idem Max »: the adults of the line that is about that pupil. The numbers of both lines."""
    for entry in [each for each in entries if each.as_of]:
        found = _lines_of(entry, entries)
        if len({frozenset(adult.called for adult in each.adults) for each in found}) != 1:
            why = UserError(
                "« {name} » : le fichier n’a pas un élève de ce nom, ou il en a plusieurs. Écrivez ici le nom de l’adulte.",
                name=entry.as_of,
            )
            entry.line.fault("adult1_name", why)
            continue
        sentence = UserError("Ces cellules renvoient à un autre élève : ses responsables sont repris.")
        choices = (
            Choice("take", UserError("Oui, ce sont les mêmes responsables")),
            Choice("none", UserError("Non, enregistrer ces élèves sans responsable")),
        )
        adults = ", ".join(adult.called for adult in found[-1].adults)
        asked = Question("idem-pupil", sentence, choices, stops=False)
        if snapshot.questions.ask(asked, line=entry.line.number, sample=f"{entry.as_of} : {adults}") == "take":
            own = {each.slot: each.values for each in entry.adults}
            _take(entry, found[-1])
            for adult in entry.adults:
                adult.values |= {name: value for name, value in own.get(adult.slot, {}).items() if value}
            yield entry.line.number, found[-1].line.number


def _lines_of(entry: Entry, entries: list[Entry]) -> list[Entry]:
    """The lines about the pupil that a cell names: those of the same surname before others."""
    named = [
        (other, child)
        for other in entries
        for child in other.children
        if not other.as_of and entry.as_of in _called(child.text("first_name"), child.text("last_name"))
    ]
    surnames = {fold(child.text("last_name")) for child in entry.children}
    same = [other for other, child in named if fold(child.text("last_name")) in surnames]
    return same or [other for other, _ in named]


def _called(first: str, last: str) -> set[str]:
    return {fold(first), fold(full_name(first, last)), fold(f"{last} {first}")}
