"""Which lines are about one family: by its key, else by adults and addresses. The same whatever the order of the lines.

Nobody enters another's household in silence: two addresses, one adult at two homes, an e-mail in two families are asked.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from data.core.errors import UserError
from data.core.fields import fold
from data.importing.kinds.household_contacts import CONTACTS
from data.importing.kinds.household_ditto import continued, is_past, of_another
from data.importing.kinds.household_lines import read as read_line
from data.importing.kinds.household_people import Adult, Child, Entry
from data.importing.questions import Choice, Question
from data.importing.records import same_number
from data.importing.snapshot import Entity, Line, Snapshot

ONE_OR_TWO = (
    Choice("one", UserError("C’est une seule famille")),
    Choice("two", UserError("Ce sont deux familles")),
)


@lru_cache(maxsize=65_536)
def plain_text(text: str) -> str:
    """For comparing addresses and names: letters and figures only."""
    return "".join(char for char in fold(text) if char.isalnum())


def named(last: str, first: str) -> tuple[str, str]:
    """Names to compare people by; a single one is the same in either column."""
    last, first = plain_text(last), plain_text(first)
    return (last, first) if last else (first, "")


def name_of(adult: Adult) -> tuple[str, str]:
    return named(adult.text("last_name"), adult.text("first_name"))


def address_of(adult: Adult) -> str:
    """Where somebody lives; empty when the file does not say, or not so that it can be read."""
    if adult.unread & {"address", "postcode", "town"}:
        return ""
    street = plain_text(adult.text("address"))
    return f"{street} {plain_text(adult.text('postcode') or adult.text('town'))}" if street else ""


def contacts_of(adult: Adult) -> list[str]:
    return [adult.text(name) for name in CONTACTS if adult.text(name)]


@dataclass(eq=False)
class Home:
    """Adults who live together: one family of the portal's. `second`: another of the group's is the principal one."""

    adults: list[Adult]
    key: str = ""
    second: bool = False
    entity: Entity | None = None


@dataclass(eq=False)
class Group:
    """Lines about one family, which may live in two homes."""

    key: str = ""
    entries: list[Entry] = field(default_factory=list)
    homes: list[Home] = field(default_factory=list)


@dataclass
class Households:
    """The groups of a file: by line number."""

    entries: dict[int, Entry] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)

    def every(self) -> Iterator[Group]:
        return iter({id(group): group for group in self.groups.values()}.values())


class _Union:
    """Entries that turn out to be of one family."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}

    def find(self, one: int) -> int:
        self.parent.setdefault(one, one)
        while self.parent[one] != one:
            self.parent[one] = one = self.parent[self.parent[one]]
        return one

    def join(self, ones: Iterable[int]) -> None:
        roots = sorted({self.find(one) for one in ones})
        for root in roots[1:]:
            self.parent[root] = roots[0]


def prepare(lines: list[Line], snapshot: Snapshot) -> None:
    """Read everybody, then say who belongs together."""
    found = snapshot.context(Households)
    for line in lines:
        if not is_past(line, snapshot):
            found.entries[line.number] = read_line(line, snapshot)
    entries = list(found.entries.values())
    continued(entries, snapshot)
    union = _Union()
    for one, other in of_another(entries, snapshot):
        union.join([one, other])
    _by_key(entries, union, snapshot)
    _by_evidence(entries, union, snapshot)
    _by_children(entries, union, snapshot)
    groups: dict[int, Group] = {}
    for entry in entries:
        group = groups.setdefault(union.find(entry.line.number), Group())
        group.key = group.key or entry.key
        group.entries.append(entry)
        found.groups[entry.line.number] = group
    for group in groups.values():
        _settle_homes(group, snapshot)
    _shared_emails(groups.values(), snapshot)


def _by_key(entries: list[Entry], union: _Union, snapshot: Snapshot) -> None:
    keys: dict[str, list[int]] = {}
    written: dict[str, str] = {}
    for entry in entries:
        if entry.key:
            name = same_number(snapshot, entry.line, "family", entry.key, written)
            keys.setdefault(name, []).append(entry.line.number)
    for numbers in keys.values():
        union.join(numbers)


def _by_evidence(entries: list[Entry], union: _Union, snapshot: Snapshot) -> None:
    """Lines without key: the same adult at the same address, or reached by the same number or e-mail."""
    free = [entry for entry in entries if not entry.key]
    if not free:
        return
    homes: dict[Hashable, list[tuple[Entry, Adult]]] = {}
    reached: dict[Hashable, list[tuple[Entry, Adult]]] = {}
    named: dict[Hashable, list[tuple[Entry, Adult]]] = {}
    for entry in entries:
        for adult in (each for each in entry.adults if each.is_named):
            name = name_of(adult)
            named.setdefault(name, []).append((entry, adult))
            if address := address_of(adult):
                homes.setdefault((name, address), []).append((entry, adult))
            for contact in contacts_of(adult):
                reached.setdefault((name, contact), []).append((entry, adult))
    for bucket in homes.values():
        _join_by_partner(bucket, union, snapshot)
    for bucket in reached.values():
        if len({address for _, adult in bucket if (address := address_of(adult))}) < 2 or _moved(bucket, snapshot):
            _join_by_partner(bucket, union, snapshot)
    for bucket in named.values():
        _without_contact(bucket, union, snapshot)


def _join(bucket: list[tuple[Entry, Adult]], union: _Union) -> None:
    """Lines without key together, with the family of a key when there is but one."""
    keyed = {union.find(entry.line.number) for entry, _ in bucket if entry.key}
    free = [entry.line.number for entry, _ in bucket if not entry.key]
    if free:
        union.join([*free, *keyed] if len(keyed) < 2 else free)


def _join_by_partner(bucket: list[tuple[Entry, Adult]], union: _Union, snapshot: Snapshot) -> None:
    """One adult's lines; where they name another partner from one line to the next, only as it is answered."""
    parts: list[tuple[set[tuple[str, str]], list[tuple[Entry, Adult]]]] = []
    alone = []
    for entry, adult in bucket:
        partners = {name_of(each) for each in entry.adults if each.is_named and name_of(each) != name_of(adult)}
        same = [part for part in parts if any(_is_the_same(one, other) for one in part[0] for other in partners)]
        if not partners:
            alone.append((entry, adult))
            continue
        parts = [part for part in parts if part not in same]
        rows = [row for part in same for row in part[1]]
        parts.append((partners.union(*(part[0] for part in same)), [*rows, (entry, adult)]))
    if len(parts) < 2 or all(entry.key for entry, _ in bucket) or _ask_partners(bucket, snapshot) != "two":
        return _join(bucket, union)
    parts[0][1].extend(alone)
    for _, rows in parts:
        _join(rows, union)
    return None


def _is_the_same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Two names of an adult: one may lack the first name."""
    return one[0] == other[0] and (one[1] == other[1] or not (one[1] and other[1]))


def _ask_partners(bucket: list[tuple[Entry, Adult]], snapshot: Snapshot) -> str:
    sentence = UserError(
        "D’une ligne à l’autre, le même adulte est avec une autre personne. Est-ce une seule famille ?"
    )
    choices = (
        Choice("one", UserError("Une seule famille : ces adultes voient tous les mêmes élèves")),
        Choice("two", UserError("Deux familles : chacune ne voit que ses élèves")),
    )
    asked = Question("partners", sentence, choices)
    answer = ""
    for entry, _ in bucket:
        names = " / ".join(each.called for each in entry.adults)
        answer = snapshot.questions.ask(asked, line=entry.line.number, sample=names)
    return answer


def _moved(bucket: list[tuple[Entry, Adult]], snapshot: Snapshot) -> bool:
    """One adult, the same number or e-mail, two addresses: one family or two."""
    if all(entry.key for entry, _ in bucket):
        return False
    sentence = UserError("Ces adultes ont deux adresses dans le fichier. Est-ce une seule famille ?")
    answer = ""
    for entry, adult in bucket:
        sample = f"{adult.called} : {adult.text('address')} {adult.text('town')}"
        answer = snapshot.questions.ask(Question("moved", sentence, ONE_OR_TWO), line=entry.line.number, sample=sample)
    return answer == "one"


def _without_contact(bucket: list[tuple[Entry, Adult]], union: _Union, snapshot: Snapshot) -> None:
    """An adult of whom a line says the name only."""
    bare = [(entry, adult) for entry, adult in bucket if not entry.key and _is_bare(entry)]
    if not bare or len({union.find(entry.line.number) for entry, _ in bucket}) < 2:
        return
    others = {union.find(entry.line.number) for entry, _ in bucket} - {union.find(e.line.number) for e, _ in bare}
    if len(others) > 1:
        for entry, adult in bare:
            why = UserError(
                "Plusieurs familles ont un adulte du nom de {name}. Donnez son adresse, ou un numéro de famille.",
                name=adult.called,
            )
            entry.line.fault(f"adult{adult.slot}_last_name", why)
        return
    sentence = UserError("Ces lignes ne donnent que le nom de l’adulte. Est-ce la famille du même nom ?")
    answer = ""
    for entry, adult in bare:
        asked = Question("same-name", sentence, ONE_OR_TWO)
        answer = snapshot.questions.ask(asked, line=entry.line.number, sample=adult.called)
    if answer != "two":
        union.join([*others, *(entry.line.number for entry, _ in bare)])


def _by_children(entries: list[Entry], union: _Union, snapshot: Snapshot) -> None:
    """Lines without key that name one child, each with another of its adults: at one address a family, else it is asked."""
    children: dict[Hashable, list[tuple[Entry, Child]]] = {}
    for entry in entries:
        for child in entry.children:
            last, first, birth = child.text("last_name"), child.text("first_name"), child.values.get("birth_date")
            if birth and last and first and not entry.key:
                children.setdefault((*named(last, first), birth), []).append((entry, child))
    for bucket in children.values():
        numbers = {child.number for _, child in bucket if child.number}
        if len({union.find(entry.line.number) for entry, _ in bucket}) < 2 or len(numbers) > 1:
            continue
        homes = {address for entry, _ in bucket for adult in entry.adults if (address := address_of(adult))}
        together = len(homes) == 1 and all(any(map(address_of, entry.adults)) for entry, _ in bucket)
        if not together:  # one number is one child, whose second home is asked further on
            answer = "two" if numbers else _ask_child(bucket, snapshot)
            if answer in {"", "two"}:
                continue
            for entry, _ in bucket:
                entry.separated, entry.together = answer == "homes", answer == "one"
        union.join(entry.line.number for entry, _ in bucket)


def _ask_child(bucket: list[tuple[Entry, Child]], snapshot: Snapshot) -> str:
    sentence = UserError("Ces élèves sont sur plusieurs lignes, avec d’autres adultes : est-ce un seul enfant ?")
    choices = (
        Choice("homes", UserError("Un seul enfant, deux foyers : chaque adulte ne voit que le sien")),
        Choice("one", UserError("Un seul enfant, une seule famille : les adultes se voient l’un l’autre")),
        Choice("two", UserError("Des enfants différents")),
    )
    adults = " / ".join(dict.fromkeys(adult.called for entry, _ in bucket for adult in entry.adults))
    answer = ""
    for entry, child in bucket:
        asked = Question("same-child", sentence, choices)
        answer = snapshot.questions.ask(asked, line=entry.line.number, sample=f"{child.called} : {adults}")
    return answer


def _is_bare(entry: Entry) -> bool:
    return not any(address_of(adult) or contacts_of(adult) for adult in entry.adults)


def _settle_homes(group: Group, snapshot: Snapshot) -> None:
    """The adults of a group, each once; those who live elsewhere have a home of their own when it is asked and answered so."""
    adults: dict[Hashable, list[tuple[Entry, Adult]]] = {}
    for entry in group.entries:
        for adult in (each for each in entry.adults if each.is_named):
            adults.setdefault(name_of(adult), []).append((entry, adult))
    merged = [_merged(rows, snapshot) for rows in adults.values()]
    merged.sort(key=lambda each: (each.slot, name_of(each)))
    separated = any(entry.separated for entry in group.entries)
    parts: dict[str, list[Adult]] = {}
    first_place = next(filter(None, map(address_of, merged)), "")  # of those who have none too
    for adult in merged:
        place = address_of(adult) or first_place
        parts.setdefault(str(name_of(adult)) if separated else place, []).append(adult)
    together = any(entry.together for entry in group.entries)
    if len(parts) > 1 and not together and _ask_homes(group, merged, snapshot, separated=separated) == "two":
        group.homes = [Home(each, second=at > 0) for at, each in enumerate(parts.values())]
    else:
        group.homes = [Home(merged)]
    group.homes[0].key = group.key


def _ask_homes(group: Group, adults: list[Adult], snapshot: Snapshot, *, separated: bool) -> str:
    """Two addresses are asked; where the file says « séparés », each has a home unless it is answered otherwise."""
    choices = (
        Choice("two", UserError("Deux foyers : chacun ne voit que le sien, l’élève est rattaché aux deux")),
        Choice("one", UserError("Une seule famille : les adultes se voient l’un l’autre")),
    )
    sample = " / ".join(f"{each.called}, {each.text('address')}".strip(" ,") for each in adults)
    if separated:
        sentence = UserError("Ces parents sont séparés, d’après le fichier : chacun a son foyer.")
        asked = Question("separated", sentence, choices, stops=False)
    else:
        sentence = UserError("Ces parents ont deux adresses : une famille, ou deux foyers ?")
        asked = Question("homes", sentence, choices)
    answer = ""
    for entry in group.entries:
        answer = snapshot.questions.ask(asked, line=entry.line.number, sample=sample)
    return answer


def _merged(rows: list[tuple[Entry, Adult]], snapshot: Snapshot) -> Adult:
    """What all lines say of one adult; two values of one column are asked."""
    made = Adult(
        min(adult.slot for _, adult in rows), {}, unread=set.intersection(*(adult.unread for _, adult in rows))
    )
    made.login = next((adult.login for _, adult in rows if adult.login), "")
    for name in {name: None for _, adult in rows for name in adult.values}:
        values = [(entry.line, adult.values[name]) for entry, adult in rows if name in adult.values]
        label = rows[0][0].line.fields[f"adult{made.slot}_{name}"].label
        made.values[name] = one_value(values, name, label, made, snapshot)
    return made


def one_value(
    values: list[tuple[Line, object]], name: str, label: str, whose: Adult | None, snapshot: Snapshot
) -> object:
    """The value that lines agree on; else the one that the answer says."""
    given = [(line, value) for line, value in values if value not in ("", None)]
    if not given:
        return values[0][1]
    first, last = given[0][1], given[-1][1]
    if len({plain_text(str(value)) for _, value in given}) > 1:
        sentence = UserError("La même personne n’a pas la même valeur sur toutes ses lignes. Laquelle garder ?")
        choices = (
            Choice("first", UserError("La première du fichier")),
            Choice("last", UserError("La dernière du fichier")),
        )
        answer = ""
        for line, value in given:
            sample = f"{whose.called if whose else ''} : {value}".strip(" :")
            asked = Question(f"differs:{name}", sentence, choices, column=label)
            answer = snapshot.questions.ask(asked, line=line.number, sample=sample)
        return last if answer == "last" else first
    return first


def _shared_emails(groups: Iterable[Group], snapshot: Snapshot) -> None:
    """One e-mail in two families: its letters would be read by both."""
    owners: dict[str, list[tuple[Home, Adult, Group]]] = {}
    for group in groups:
        for home in group.homes:
            for adult in home.adults:
                if email := adult.text("email"):
                    owners.setdefault(email.casefold(), []).append((home, adult, group))
    sentence = UserError("Une même adresse e-mail est dans deux familles.")
    choices = (
        Choice("keep", UserError("Ce sont bien deux familles, qui partagent cette adresse")),
        Choice("drop", UserError("Ne l’enregistrer pour aucune des deux")),
    )
    for email, rows in owners.items():
        if len({id(home) for home, _, _ in rows}) < 2:
            continue
        for _, adult, group in rows:
            asked = Question("shared-email", sentence, choices)
            line = group.entries[0].line.number
            if snapshot.questions.ask(asked, line=line, sample=f"{adult.called}, {email}") == "drop":
                adult.values["email"] = ""


Prepare = Callable[[list[Line], Snapshot], None]
