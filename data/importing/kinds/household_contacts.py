"""Telephones and e-mails of a line: to whom each belongs, where several are. What the file does not say is asked."""

from typing import Any

from data.core.errors import UserError
from data.core.fields import PHONE, fold, full_name
from data.core.phones import is_mobile
from data.importing import name_cells, title_places
from data.importing.kinds.household_columns import OF_GROUPS
from data.importing.questions import Choice, Question
from data.importing.snapshot import Line, Snapshot

CONTACTS = ("phone_mobile", "phone_home", "phone_work", "email")
ADDRESS = ("address", "complement", "postcode", "town", "country")
Values = dict[str, Any]  # by the record's own names
Slots = dict[int, Values]  # which adult of the line -> what its columns give


def by_group(line: Line) -> dict[str, Values]:
    """The line's values by the group of their columns, under the record's own names."""
    found: dict[str, Values] = {}
    for name, value in line.values.items():
        if name in OF_GROUPS:
            group, own = OF_GROUPS[name]
            found.setdefault(group, {})[own] = value
    return found


def settle(line: Line, snapshot: Snapshot, slots: Slots, named: list[int]) -> None:
    """What stands in columns that do not say whose they are: of the only adult of the line, or of whom it is answered."""
    untold = snapshot.unsaid | snapshot.unsure
    for column in [name for name in line.values if name in untold]:
        group, own = OF_GROUPS.get(column, ("", ""))
        if not group.startswith("adult") or line.values[column] in ("", None, ()):
            continue
        slot = int(group.removeprefix("adult"))
        if column in snapshot.unsure and len(named) > 1:
            owners = _ask_owner(line, snapshot, column, slots, named)
        elif slot not in named and named:
            owners = [named[0]]
        else:
            continue
        value = slots[slot].pop(own, None)
        for owner in owners:
            if value not in ("", None) and not slots[owner].get(own):
                slots[owner][own] = value


def _ask_owner(line: Line, snapshot: Snapshot, column: str, slots: Slots, named: list[int]) -> list[int]:
    """Of two adults that columns of the file name."""
    first, second = named[:2]
    answers = {"first": [first], "second": [second], "both": [first, second], "none": []}
    choices = (
        Choice("first", UserError("À « {column} »", column=_title(snapshot, first))),
        Choice("second", UserError("À « {column} »", column=_title(snapshot, second))),
        Choice("both", UserError("Aux deux")),
        Choice("none", UserError("Ne pas l’enregistrer")),
    )
    sentence = UserError("Le titre de cette colonne ne dit pas de quel adulte elle est. À qui est ce qui s’y trouve ?")
    pair = "" if (first, second) == (1, 2) else f":{first}-{second}"
    asked = Question(f"whose-column:{column}{pair}", sentence, choices, column=snapshot.titles.get(column, ""))
    value = line.values[column]
    kind = name_cells.EMAILS if column.endswith("email") else name_cells.PHONES
    shown = kind.format_value(kind.show(value), "fr")
    names = " / ".join(full_name(slots[n].get("first_name", ""), slots[n].get("last_name", "")) for n in named[:2])
    answer = snapshot.questions.ask_part(asked, names, line=line.number, sample=f"{names} : {shown}")
    return answers.get(answer, [first])


def _title(snapshot: Snapshot, slot: int) -> str:
    titles = (snapshot.titles.get(f"adult{slot}_{name}", "") for name in ("name", "first_name", "last_name"))
    return next(filter(None, titles), str(slot))


def share(line: Line, snapshot: Snapshot, owners: list[Values], *, separated: bool) -> None:
    """Several people in one cell: their address is one, each number and e-mail goes to one of them."""
    first, others = owners[0], owners[1:]
    if not separated:
        for name in ADDRESS:
            for other in others:
                if first.get(name) and not other.get(name):
                    other[name] = first[name]
    for name in CONTACTS:
        several = first.get(name)
        if isinstance(several, tuple) and len(several) > 1 and not any(other.get(name) for other in others):
            for owner, mine in zip(owners, _dealt(line, snapshot, name, several, owners), strict=True):
                owner.update({name: mine} if mine else {})


def _dealt(
    line: Line, snapshot: Snapshot, name: str, several: tuple[str, ...], owners: list[Values]
) -> list[tuple[str, ...]]:
    """The numbers, or the e-mails, of each owner."""
    if name == "email" and (found := _whose(several, owners)):
        return [(each,) for each in found]
    if len(several) == len(owners) and _ask_whose(line, snapshot, name, several) != "first":
        return [(each,) for each in several]
    if len(several) > len(owners) and name != "email" and _ask_more(line, snapshot, several) == "all":
        return [several] * len(owners)
    return [several, *[()] * (len(owners) - 1)]


def _ask_more(line: Line, snapshot: Snapshot, several: tuple[str, ...]) -> str:
    choices = (
        Choice("all", UserError("Tous à chacun d’eux")),
        Choice("first", UserError("Tous au premier adulte")),
    )
    sentence = UserError("Plus de numéros que d’adultes dans une cellule : à qui sont-ils ?")
    asked = Question("whose-more:phone", sentence, choices)
    return snapshot.questions.ask(asked, line=line.number, sample=_shown(several))


def share_numbered(line: Line, snapshot: Snapshot, slot: int, owners: list[Values]) -> None:
    """« Tél 1 » and « Tél 2 » beside two people of one cell."""
    numbers = {title_places.number_of(snapshot.titles.get(f"adult{slot}_{name}", "")): name for name in CONTACTS}
    one, two = numbers.get("1"), numbers.get("2")
    first, second = owners[0], owners[1]
    if not (one and two and first.get(one) and first.get(two)) or second.get(two):
        return
    if _ask_whose(line, snapshot, one, (*first[one], *first[two])) != "first":
        second[two] = first.pop(two)


def _whose(emails: tuple[str, ...], owners: list[Values]) -> list[str] | None:
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
    return snapshot.questions.ask(asked, line=line.number, sample=_shown(several))


def _shown(several: tuple[str, ...]) -> str:
    """E-mails, or numbers as people write them."""
    return " / ".join(each if "@" in each else PHONE.format_value(each, "fr") for each in several)


def one_email(line: Line, snapshot: Snapshot, slot: int, emails: tuple[str, ...]) -> str:
    if len(emails) > 1:
        sentence = UserError("Plusieurs adresses e-mail pour une personne : une seule est enregistrée.")
        choices = (Choice("first", UserError("La première")), Choice("last", UserError("La dernière")))
        asked = Question("emails", sentence, choices, column=line.fields[f"adult{slot}_email"].label)
        if snapshot.questions.ask(asked, line=line.number, sample=" / ".join(emails)) == "last":
            return emails[-1]
    return emails[0] if emails else ""


def spread(line: Line, snapshot: Snapshot, slot: int, name: str, values: Values) -> None:
    """The first number where it stands, further ones where there is room. A mobile among the others is asked."""
    numbers = values.pop(name)
    if not numbers:
        values[name] = ""
        return
    kept = name
    if name == "phone_home" and is_mobile(numbers[0]) and not values.get("phone_mobile"):
        sentence = UserError("Des numéros de mobile sont dans la colonne du téléphone fixe.")
        choices = (
            Choice("move", UserError("Les enregistrer comme numéros de mobile")),
            Choice("keep", UserError("Les laisser au téléphone fixe")),
        )
        asked = Question("mobiles", sentence, choices, column=line.fields[f"adult{slot}_{name}"].label, stops=False)
        if snapshot.questions.ask(asked, line=line.number, sample=_shown(numbers[:1])) == "move":
            kept = "phone_mobile"
    values[kept] = numbers[0]
    try:
        values |= name_cells.spread_phones(numbers[1:], values)
    except UserError as why:
        line.fault(f"adult{slot}_{name}", why)
