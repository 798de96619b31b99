"""A line about pupils and their adults becomes people: names, numbers and addresses of one cell go where they belong, or are asked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from data.core.errors import UserError
from data.core.fields import check_postcode, fold, full_name
from data.importing import name_cells
from data.importing.kinds.adult_checks import age, check_birth
from data.importing.kinds.household_columns import ADULTS, CHILDREN, OF_GROUPS, PUPIL_COLUMNS
from data.importing.name_cells import Name
from data.importing.questions import Choice, Question
from data.importing.snapshot import Line, Snapshot

OF_AGE = 18  # years
CONTACTS = ("phone_mobile", "phone_home", "phone_work", "email")
ADDRESS = ("address", "complement", "postcode", "town", "country")


@dataclass(eq=False)
class Person:
    """`values` are the record's. `slot`: which adult, or which child, of the line."""

    slot: int
    values: dict[str, Any]

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "")

    @property
    def called(self) -> str:
        return full_name(self.text("first_name"), self.text("last_name"))


@dataclass(eq=False)
class Adult(Person):
    """`unread`: values whose fault is told, or that wait."""

    login: str = ""
    unread: set[str] = field(default_factory=set)

    @property
    def is_named(self) -> bool:
        """Whether the file says who it is: of nobody else, nothing is asked."""
        return not self.unread & {"last_name", "first_name"}


@dataclass(eq=False)
class Child(Person):
    number: str = ""


@dataclass(eq=False)
class Entry:
    """What one line says."""

    line: Line
    key: str = ""  # of the family, in the file's words
    adults: list[Adult] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    separated: bool = False
    together: bool = False  # adults of several lines, said to be one family


def read(line: Line, snapshot: Snapshot) -> Entry:
    """Everybody that a line names."""
    entry = Entry(line, str(line.get("family", "")))
    pupil_cell = str(line.get("pupil_name", ""))
    learns = _adults(entry, snapshot)
    if name_cells.is_self(pupil_cell) or (learns and not pupil_cell):
        _own_pupil(entry)
    else:
        _children(entry, snapshot)
    _adult_pupil(entry, snapshot)
    for adult in entry.adults:
        _check_adult(line, snapshot, adult)
        _leave_unread(line, adult)
    return entry


def _leave_unread(line: Line, adult: Adult) -> None:
    """What is wrong on a line is told once: it is not compared with what other lines say."""
    prefix = f"adult{adult.slot}_"
    adult.unread = {name.removeprefix(prefix) for name in line.bad if name.startswith(prefix)}
    for name in adult.unread:
        adult.values.pop(name, None)


def _adults(entry: Entry, snapshot: Snapshot) -> bool:
    """True when the cell says that the adult learns here."""
    line, learns = entry.line, False
    groups = _by_group(line)
    slots = {n: groups.get(f"adult{n}", {}) for n in range(1, ADULTS + 1)}
    for slot, values in slots.items():
        cell = values.pop("name", "")
        if not cell:
            continue
        people = name_cells.read_people(cell, last_first=_last_first(line, snapshot, f"adult{slot}_name", cell))
        free = [n for n in range(slot, ADULTS + 1) if n == slot or not any(slots[n].values())]
        if len(people.names) > len(free):
            line.fault(f"adult{slot}_name", UserError("Trop d’adultes dans cette cellule : trois par ligne au plus."))
        owners = []
        for n, name in zip(free, people.names, strict=False):
            owners.append(slots[n])
            given = {"last_name": name.last, "first_name": name.first, "civility": name.civility}
            slots[n].update({key: value for key, value in given.items() if value and not slots[n].get(key)})
        entry.separated = entry.separated or people.separated
        learns = learns or people.adult_pupil
        if len(owners) > 1:
            _share(line, snapshot, owners, separated=people.separated)
    for slot, values in slots.items():
        if any(value for name, value in values.items() if name not in {"country", "civility"}):
            entry.adults.append(_adult(line, snapshot, slot, values))
    return learns


def _by_group(line: Line) -> dict[str, dict[str, Any]]:
    """The line's values by the group of their columns, under the record's own names."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in line.values.items():
        if name in OF_GROUPS:
            group, own = OF_GROUPS[name]
            found.setdefault(group, {})[own] = value
    return found


def _last_first(line: Line, snapshot: Snapshot, column: str, cell: str) -> bool:
    """Which order the names of that column have; asked once where a cell does not say."""
    names = name_cells.read_people(cell).names
    if all(each.sure for each in names):
        return True
    sentence = UserError("Dans ces cellules, quel mot est le nom, lequel est le prénom ?")
    return _ask_order(line, snapshot, column, sentence, cell)


def _ask_order(line: Line, snapshot: Snapshot, column: str, sentence: UserError, cell: str) -> bool:
    choices = (
        Choice("last_first", UserError("Le nom d’abord, puis le prénom")),
        Choice("first_last", UserError("Le prénom d’abord, puis le nom")),
    )
    asked = Question(f"order:{column}", sentence, choices, column=line.fields[column].label)
    return snapshot.questions.ask(asked, line=line.number, sample=cell) != "first_last"


def _share(line: Line, snapshot: Snapshot, owners: list[dict[str, Any]], *, separated: bool) -> None:
    """Several people in one cell: their address is one, each number and e-mail goes to one of them."""
    first, others = owners[0], owners[1:]
    if not separated:
        for name in ADDRESS:
            for other in others:
                if first.get(name) and not other.get(name):
                    other[name] = first[name]
    for name in CONTACTS:
        several = first.get(name)
        if not isinstance(several, tuple) or len(several) < 2 or any(other.get(name) for other in others):
            continue
        given = _whose(several, owners) if name == "email" else None
        if given is None and len(several) == len(owners):
            answer = _ask_whose(line, snapshot, name, several)
            given = list(several) if answer != "first" else None
        if given is not None:
            for owner, value in zip(owners, given, strict=True):
                owner[name] = (value,)


def _whose(emails: tuple[str, ...], owners: list[dict[str, Any]]) -> list[str] | None:
    """Each owner's e-mail, when each names one of them and only one."""
    found = []
    for owner in owners:
        word = fold(str(owner.get("first_name") or owner.get("last_name") or "")).replace(" ", "")
        mine = [each for each in emails if word and word in fold(each.partition("@")[0])]
        if len(mine) != 1 or mine[0] in found:
            return None
        found += mine
    return found if len(found) == len(emails) else None


def _ask_whose(line: Line, snapshot: Snapshot, name: str, several: tuple[str, ...]) -> str:
    what = "email" if name == "email" else "phone"
    sentence = (
        UserError("Deux adresses e-mail pour deux adultes dans une cellule : à qui sont-elles ?")
        if what == "email"
        else UserError("Deux numéros pour deux adultes dans une cellule : à qui sont-ils ?")
    )
    choices = (
        Choice("each", UserError("Le premier au premier adulte, le second au second")),
        Choice("first", UserError("Tous au premier adulte")),
    )
    asked = Question(f"whose:{what}", sentence, choices)
    return snapshot.questions.ask(asked, line=line.number, sample=" / ".join(several))


def _adult(line: Line, snapshot: Snapshot, slot: int, values: dict[str, Any]) -> Adult:
    login = str(values.pop("login", "") or "")
    emails = values.pop("email", None)
    if emails is not None:
        values["email"] = _one_email(line, snapshot, slot, emails)
    for name in ("phone_mobile", "phone_home", "phone_work"):
        if isinstance(values.get(name), tuple):
            _phones(line, snapshot, slot, name, values)
    _split_address(line, snapshot, slot, values)
    return Adult(slot, values, login)


def _one_email(line: Line, snapshot: Snapshot, slot: int, emails: tuple[str, ...]) -> str:
    if len(emails) > 1:
        sentence = UserError("Plusieurs adresses e-mail pour une personne : une seule est enregistrée.")
        choices = (Choice("first", UserError("La première")), Choice("last", UserError("La dernière")))
        asked = Question("emails", sentence, choices, column=line.fields[f"adult{slot}_email"].label)
        if snapshot.questions.ask(asked, line=line.number, sample=" / ".join(emails)) == "last":
            return emails[-1]
    return emails[0] if emails else ""


def _phones(line: Line, snapshot: Snapshot, slot: int, name: str, values: dict[str, Any]) -> None:
    """The first number where it stands, further ones where there is room. A mobile among the others is asked."""
    numbers = values.pop(name)
    if not numbers:
        values[name] = ""
        return
    kept = name
    if name == "phone_home" and name_cells.is_mobile(numbers[0]) and not values.get("phone_mobile"):
        sentence = UserError("Des numéros de mobile sont dans la colonne du téléphone fixe.")
        choices = (
            Choice("move", UserError("Les enregistrer comme numéros de mobile")),
            Choice("keep", UserError("Les laisser au téléphone fixe")),
        )
        asked = Question("mobiles", sentence, choices, column=line.fields[f"adult{slot}_{name}"].label, stops=False)
        if snapshot.questions.ask(asked, line=line.number, sample=numbers[0]) == "move":
            kept = "phone_mobile"
    values[kept] = numbers[0]
    try:
        values |= name_cells.spread_phones(numbers[1:], values)
    except UserError as why:
        line.fault(f"adult{slot}_{name}", why)


def _split_address(line: Line, snapshot: Snapshot, slot: int, values: dict[str, Any]) -> None:
    """An address that is all in one cell; one without town is asked."""
    typed = values.get("address")
    if not typed:
        return
    found = name_cells.read_address(typed)
    values["address"] = found.address
    if not values.get("postcode") and not values.get("town"):
        if found.whole:
            values["postcode"], values["town"] = found.postcode, found.town
        elif _ask_address(line, snapshot, slot, typed) == "drop":
            values.pop("address")
    elif found.whole and found.postcode == values.get("postcode"):
        pass  # the town is there twice: once is enough
    else:
        values["address"] = " ".join(str(typed).split())
    if len(str(values.get("address", ""))) > 160:
        line.fault(
            f"adult{slot}_address",
            UserError("{count} caractères, c’est trop : {most} au plus.", count=len(values["address"]), most=160),
        )


def _ask_address(line: Line, snapshot: Snapshot, slot: int, typed: str) -> str:
    sentence = UserError("Ces adresses n’ont ni code postal ni ville.")
    choices = (
        Choice("keep", UserError("Les enregistrer telles quelles")),
        Choice("drop", UserError("Ne pas les enregistrer")),
    )
    asked = Question("addresses", sentence, choices, column=line.fields[f"adult{slot}_address"].label)
    return snapshot.questions.ask(asked, line=line.number, sample=typed)


def _children(entry: Entry, snapshot: Snapshot) -> None:
    line = entry.line
    groups = _by_group(line)
    surnames = [each.text("last_name") for each in entry.adults if each.text("last_name")]
    for slot in range(1, CHILDREN + 1):
        group = "pupil" if slot == 1 else f"pupil{slot}"
        values = groups.get(group, {})
        number, cell = str(values.pop("number", "") or ""), line.get(f"{group}_name", "")
        values.pop("name", None)
        if cell:
            name = _pupil_name(line, snapshot, f"{group}_name", cell, surnames)
            given = {"last_name": name.last, "first_name": name.first}
            values |= {key: value for key, value in given.items() if value and not values.get(key)}
        if not any(values.values()) and not number:
            continue
        if slot > 1 and not values.get("first_name") and not values.get("last_name"):
            line.fault(f"{group}_first_name", UserError("Cet enfant n’a pas de nom."))
            continue
        if not values.get("last_name") and values.get("first_name") and f"{group}_last_name" not in line.bad:
            values["last_name"] = _surname(line, snapshot, entry, surnames)
        entry.children.append(Child(slot, values, number))


def _pupil_name(line: Line, snapshot: Snapshot, column: str, cell: str, surnames: Iterable[str]) -> Name:
    name = name_cells.read_pupil(cell, list(surnames))
    if name.sure:
        return name
    sentence = UserError("Dans ces cellules, quel mot est le nom, lequel est le prénom ?")
    return name_cells.read_pupil(cell, list(surnames), last_first=_ask_order(line, snapshot, column, sentence, cell))


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


def _own_pupil(entry: Entry) -> None:
    """The adult of the line learns here."""
    if not entry.adults:
        entry.line.fault("pupil_name", UserError("Cet élève adulte n’a pas de nom."))
        return
    adult = entry.adults[0]
    line = entry.line
    values = {own: line.values[name] for own, name in PUPIL_COLUMNS.items() if name in line.values}
    number = str(values.pop("number", "") or "")
    for name in ("last_name", "first_name", "birth_date"):
        if adult.values.get(name) and not values.get(name):
            values[name] = adult.values[name]
    entry.children.append(Child(1, values, number))


def _adult_pupil(entry: Entry, snapshot: Snapshot) -> None:
    """A pupil of age without anybody beside is their own adult."""
    if entry.adults or len(entry.children) != 1:
        return
    pupil, line = entry.children[0], entry.line
    if (years := age(pupil.values.get("birth_date"), snapshot.today)) is None or years < OF_AGE:
        return
    sentence = UserError("Ces élèves sont majeurs, sans responsable : chacun devient son propre responsable.")
    choices = (
        Choice("self", UserError("Oui, chacun est son propre responsable")),
        Choice("none", UserError("Non, les enregistrer sans responsable")),
    )
    answer = snapshot.questions.ask(
        Question("grown", sentence, choices, stops=False), line=line.number, sample=pupil.called
    )
    if answer == "self":
        same = {
            name: pupil.values[name]
            for name in ("last_name", "first_name", "birth_date", "email")
            if pupil.values.get(name)
        }
        if phone := pupil.text("phone"):
            same["phone_mobile" if name_cells.is_mobile(phone) else "phone_home"] = phone
        if address := pupil.text("address"):
            found = name_cells.read_address(address)
            same |= {"address": found.address, "postcode": found.postcode, "town": found.town}
        entry.adults.append(Adult(1, same))


def _check_adult(line: Line, snapshot: Snapshot, adult: Adult) -> None:
    """What two columns say together; what an adult cannot be."""
    if adult.text("postcode"):
        try:
            check_postcode(adult.text("postcode"), adult.text("country") or "FR")
        except UserError as why:
            line.fault(f"adult{adult.slot}_postcode", why)
    check_birth(line, snapshot, adult.values, f"adult{adult.slot}_birth_date", adult.called)
