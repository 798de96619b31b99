"""The children of a line: their names, numbers and the surname that a first name alone has."""

from data.core.errors import UserError
from data.core.fields import fold
from data.importing import name_cells
from data.importing.kinds.household_columns import CHILDREN
from data.importing.kinds.household_contacts import by_group
from data.importing.kinds.household_people import Child, Entry, check_name
from data.importing.name_cells import Name
from data.importing.questions import Choice, Question
from data.importing.snapshot import Line, Snapshot


def read_children(entry: Entry, snapshot: Snapshot, *, first: int = 1) -> None:
    """`first`: of the line's children, the first to read."""
    line = entry.line
    groups = by_group(line)
    surnames = [each.text("last_name") for each in entry.adults if each.text("last_name")]
    for slot in range(first, CHILDREN + 1):
        group = "pupil" if slot == 1 else f"pupil{slot}"
        values = groups.get(group, {})
        number, cell = str(values.pop("number", "") or ""), line.get(f"{group}_name", "")
        values.pop("name", None)
        names = _names(line, snapshot, f"{group}_name", cell, surnames) if cell else [Name()]
        if len(names) > 1 and (number or any(values.values())):
            why = UserError(
                "Cette cellule nomme plusieurs élèves, et le reste de la ligne n’en concerne qu’un. Donnez une ligne à chacun."
            )
            line.fault(f"{group}_name", why)
            continue
        for name in names:
            check_name(line, f"{group}_name", name)
            given = {"last_name": name.last, "first_name": name.first}
            own = values | {key: value for key, value in given.items() if value and not values.get(key)}
            child = Child(slot, own, number, name.born)
            if _is_named(line, group, child):
                _give_surname(line, snapshot, entry, surnames, child)
                entry.children.append(child)


def _is_named(line: Line, group: str, child: Child) -> bool:
    if not any(child.values.values()) and not child.number:
        return False
    if child.slot > 1 and not child.called:
        line.fault(f"{group}_first_name", UserError("Cet enfant n’a pas de nom."))
        return False
    return True


def _give_surname(line: Line, snapshot: Snapshot, entry: Entry, surnames: list[str], child: Child) -> None:
    column = "pupil_last_name" if child.slot == 1 else f"pupil{child.slot}_last_name"
    if not child.text("last_name") and child.text("first_name") and column not in line.bad:
        child.values["last_name"] = found = _surname(line, snapshot, entry, surnames)
        if found and column in snapshot.titles:
            sentence = UserError("Le nom de ces élèves manque : c’est celui de leur responsable qui est pris.")
            asked = Question(
                "no-surname", sentence, (Choice("taken", UserError("Oui, ils portent ce nom")),), stops=False
            )
            snapshot.questions.ask(asked, line=line.number, sample=f"{child.text('first_name')} {found}")


def _names(line: Line, snapshot: Snapshot, column: str, cell: str, surnames: list[str]) -> list[Name]:
    """The pupils of a cell, most often one."""
    parts = name_cells.pupils_of(cell)
    if _are_first_names(parts, surnames) and _ask_comma(line, snapshot, column, cell) == "several":
        parts = [name.strip() for part in parts for name in part.split(",") if name.strip()]
    return [_name(line, snapshot, column, part, surnames) for part in parts]


def _are_first_names(parts: list[str], surnames: list[str]) -> bool:
    """« Nina, Jules », « Nina, Jules et Ana » where the parents bear another name: children, or a surname and a first name."""
    cell = next((part for part in parts if "," in part), "")
    before = cell.partition(",")[0].strip()
    return (
        bool(cell) and bool(surnames) and not name_cells.in_capitals(before) and fold(before) not in map(fold, surnames)
    )


def _ask_comma(line: Line, snapshot: Snapshot, column: str, cell: str) -> str:
    sentence = UserError("Dans ces cellules, que sépare la virgule ?")
    choices = (
        Choice("name", UserError("Le nom et le prénom d’un élève")),
        Choice("several", UserError("Les prénoms de plusieurs élèves")),
    )
    asked = Question(f"comma:{column}", sentence, choices, column=line.fields[column].label)
    return snapshot.questions.ask(asked, line=line.number, sample=cell)


def _name(line: Line, snapshot: Snapshot, column: str, cell: str, surnames: list[str]) -> Name:
    name = name_cells.read_pupil(cell, surnames)
    if name.sure:
        return name
    sentence = UserError("Dans ces cellules, quel mot est le nom, lequel est le prénom ?")
    return name_cells.read_pupil(cell, surnames, last_first=ask_order(line, snapshot, column, sentence, cell))


def ask_order(line: Line, snapshot: Snapshot, column: str, sentence: UserError, cell: str) -> bool:
    choices = (
        Choice("last_first", UserError("Le nom d’abord, puis le prénom")),
        Choice("first_last", UserError("Le prénom d’abord, puis le nom")),
    )
    asked = Question(f"order:{column}", sentence, choices, column=line.fields[column].label)
    return snapshot.questions.ask(asked, line=line.number, sample=cell) != "first_last"


def _surname(line: Line, snapshot: Snapshot, entry: Entry, surnames: list[str]) -> str:
    """A child that has a first name only has the name of the adults, or of the child before."""
    if entry.children:
        return entry.children[0].text("last_name")
    known = {fold(each): each for each in surnames}
    if len(known) > 1:
        sentence = UserError("Ces élèves n’ont qu’un prénom, et leurs parents deux noms. Quel est le leur ?")
        choices = (
            Choice("first", UserError("Celui du premier adulte")),
            Choice("second", UserError("Celui du second adulte")),
            Choice("both", UserError("Les deux, dans cet ordre")),
        )
        sample = " / ".join(known.values())
        answer = snapshot.questions.ask(Question("surnames", sentence, choices), line=line.number, sample=sample)
        names = list(known.values())
        return {"second": names[1], "both": " ".join(names[:2])}.get(answer, names[0])
    return next(iter(known.values()), "")
