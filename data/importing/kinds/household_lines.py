"""A line about pupils and their adults becomes people: names, numbers and addresses of one cell go where they belong, or are asked."""

import re

from data.core.errors import UserError
from data.core.fields import NO_NAME, check_postcode, fold
from data.core.phones import is_mobile
from data.importing import name_cells, nobody
from data.importing.kinds import household_contacts as contacts
from data.importing.kinds.adult_checks import age, check_birth
from data.importing.kinds.household_children import ask_order, read_children
from data.importing.kinds.household_columns import ADULTS, PUPIL_COLUMNS
from data.importing.kinds.household_contacts import Values
from data.importing.kinds.household_people import Adult, Child, Entry, check_name
from data.importing.name_cells import Name, People
from data.importing.questions import Choice, Question
from data.importing.snapshot import Line, Snapshot

OF_AGE = 18  # years
NO_ADDRESS = re.compile(
    r"(?:voir|cf|v)\b.*\b(?:dossiers?|fiches?|secretariat|classeurs?|registres?|mails?)|"
    r"(?:adresse )?(?:inconnue?|non (?:communiquee?|renseignee?|connue)|confidentielle|a (?:completer|demander|preciser))|n ?/? ?[cr]|\?+"
)


def read(line: Line, snapshot: Snapshot) -> Entry:
    """Everybody that a line names."""
    entry = Entry(line, str(line.get("family", "")))
    cells = [str(line.get(name, "")) for name in ("pupil_name", "pupil_first_name", "pupil_last_name")]
    learns = _adults(entry, snapshot)
    if any(map(name_cells.is_self, cells)) or (learns and not cells[0]):
        _own_pupil(entry)
        read_children(entry, snapshot, first=2)
    else:
        read_children(entry, snapshot)
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
    groups = contacts.by_group(line)
    slots = {n: groups.get(f"adult{n}", {}) for n in range(1, ADULTS + 1)}
    own = [slot for slot, values in slots.items() if _without_signs(entry, snapshot, slot, values)]
    for slot, values in slots.items():
        if cell := values.pop("name", ""):
            people = name_cells.read_people(cell, last_first=_last_first(line, snapshot, f"adult{slot}_name", cell))
            learns = learns or people.adult_pupil
            _name(entry, snapshot, slot, slots, people)
    named = [n for n, values in slots.items() if n in own or _is_named(line, n, values)]
    contacts.settle(line, snapshot, slots, named)
    for slot, values in slots.items():
        if f"adult{slot}" in line.nobody and slot not in named:
            for name in [name for name in values if f"adult{slot}_{name}" not in snapshot.unsaid]:
                del values[name]
        _surname(line, snapshot, slot, values)
        given = {name for name, value in values.items() if value and name not in {"country", "civility"}}
        if slot in own:
            entry.own.append(_adult(line, snapshot, slot, values))
            entry.adults.append(entry.own[-1])
        elif given and slot == 1 and not (named or entry.as_of):
            entry.loose = values
        elif given:
            entry.adults.append(_adult(line, snapshot, slot, values))
    return learns


def _surname(line: Line, snapshot: Snapshot, slot: int, values: Values) -> None:
    """« Nom de famille » beside « Prénom du parent » and « Enfant 1 » may be everybody’s: asked once."""
    first, theirs = str(values.get("first_name") or ""), str(line.get("pupil_last_name", ""))
    named = snapshot.titles.keys() & {f"adult{slot}_name", f"adult{slot}_last_name"}
    if not first or not theirs or named or values.get("last_name"):
        return
    sentence = UserError("Le fichier donne le prénom des adultes, et un seul nom. Est-ce aussi le leur ?")
    choices = (
        Choice("same", UserError("Oui, ils portent le nom de leurs enfants")),
        Choice("alone", UserError("Non, les enregistrer sous leur seul prénom, à compléter ensuite")),
    )
    asked = Question("adult-surname", sentence, choices, column=snapshot.titles.get("pupil_last_name", ""))
    answer = snapshot.questions.ask(asked, line=line.number, sample=f"{first} / {theirs}")
    values["last_name"] = first if answer == "alone" else theirs
    if answer == "alone":
        values["first_name"] = ""


def _is_named(line: Line, slot: int, values: Values) -> bool:
    unread = (f"adult{slot}_{name}" in line.bad for name in nobody.NAMES)
    return bool(values.get("last_name") or values.get("first_name")) or any(unread)


def _without_signs(entry: Entry, snapshot: Snapshot, slot: int, values: Values) -> bool:
    """Takes away what stands for a name and is none: « - », « Idem Max », « lui-même ». True when the adult is the pupil."""
    if f"adult{slot}" in entry.line.nobody:
        for name in nobody.NAMES:
            values.pop(name, None)
    said = {str(values[name]) for name in nobody.NAMES if values.get(name)}
    other = name_cells.anothers(next(iter(said))) if len(said) == 1 else ""
    own = bool(said) and all(map(name_cells.is_pupil_itself, said))
    nobodies = bool(said) and (all(map(name_cells.is_nobody, said)) or any(map(name_cells.is_dead, said)))
    cell = " ".join(each for each in said if each != NO_NAME) or NO_NAME
    left = nobodies and nobody.leave_out(entry.line, snapshot.questions, f"adult{slot}", cell)
    if other and not own:
        entry.as_of = other
    if other or own or left:
        for name in nobody.NAMES:
            values.pop(name, None)
    return own


def _name(entry: Entry, snapshot: Snapshot, slot: int, slots: contacts.Slots, people: People) -> None:
    """Everybody of one cell, each into the columns of an adult that are free."""
    line = entry.line
    free = [n for n in range(slot, ADULTS + 1) if n == slot or not any(slots[n].values())]
    if len(people.names) > len(free):
        line.fault(f"adult{slot}_name", UserError("Trop d’adultes dans cette cellule : trois par ligne au plus."))
    owners = []
    for n, name in zip(free, people.names, strict=False):
        check_name(line, f"adult{slot}_name", name)
        owners.append(slots[n])
        given = {
            "last_name": name.last,
            "first_name": name.first,
            "civility": name.civility,
            "birth_name": name.born,
            **_reached(line, slot, name),
        }
        slots[n].update({key: value for key, value in given.items() if value and not slots[n].get(key)})
    entry.separated = entry.separated or people.separated
    if len(owners) > 1:
        contacts.share(line, snapshot, owners, separated=people.separated)
        contacts.share_numbered(line, snapshot, slot, owners)


def _reached(line: Line, slot: int, name: Name) -> dict[str, tuple[str, ...]]:
    """The numbers and e-mails that stand beside a name."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        for one in name.reached:
            own, kind = ("email", name_cells.EMAILS) if "@" in one else ("phone_home", name_cells.PHONES)
            found[own] = (*found.get(own, ()), *kind.read(one))
    except UserError as why:
        line.fault(f"adult{slot}_name", why)
    return found


def _last_first(line: Line, snapshot: Snapshot, column: str, cell: str) -> bool:
    """Which order the names of that column have; asked once where a cell does not say."""
    names = name_cells.read_people(cell).names
    if all(each.sure for each in names):
        return True
    sentence = UserError("Dans ces cellules, quel mot est le nom, lequel est le prénom ?")
    return ask_order(line, snapshot, column, sentence, cell)


def _adult(line: Line, snapshot: Snapshot, slot: int, values: Values) -> Adult:
    login = str(values.pop("login", "") or "")
    emails = values.pop("email", None)
    if emails is not None:
        values["email"] = contacts.one_email(line, snapshot, slot, emails)
    for name in ("phone_mobile", "phone_home", "phone_work"):
        if isinstance(values.get(name), tuple):
            contacts.spread(line, snapshot, slot, name, values)
    _split_address(line, snapshot, slot, values)
    return Adult(slot, values, login)


def _split_address(line: Line, snapshot: Snapshot, slot: int, values: Values) -> None:
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
    """« voir dossier » is no address: that is told; of anything else it is asked."""
    keep = Choice("keep", UserError("Les enregistrer telles quelles"))
    drop = Choice("drop", UserError("Ne pas les enregistrer"))
    column = line.fields[f"adult{slot}_address"].label
    if NO_ADDRESS.fullmatch(fold(typed).strip(" .")):
        sentence = UserError("Ces cellules ne donnent pas d’adresse, mais une remarque.")
        asked = Question("no-address", sentence, (drop, keep), column=column, stops=False)
    else:
        sentence = UserError("Ces adresses n’ont ni code postal ni ville.")
        asked = Question("addresses", sentence, (keep, drop), column=column)
    return snapshot.questions.ask(asked, line=line.number, sample=typed)


def _own_pupil(entry: Entry) -> None:
    """The adult of the line learns here."""
    if not entry.adults:
        entry.line.fault("pupil_name", UserError("Cet élève adulte n’a pas de nom."))
        return
    adult = entry.adults[0]
    line = entry.line
    values = {own: line.values[name] for own, name in PUPIL_COLUMNS.items() if name in line.values}
    number = str(values.pop("number", "") or "")
    for name in ("last_name", "first_name"):
        if name_cells.is_self(str(values.get(name) or "")):
            values.pop(name)
    for name in ("last_name", "first_name", "birth_date"):
        if adult.values.get(name) and not values.get(name):
            values[name] = adult.values[name]
    entry.children.append(Child(1, values, number))


def _adult_pupil(entry: Entry, snapshot: Snapshot) -> None:
    """A pupil who is said to be their own adult, or who is of age without anybody beside."""
    line = entry.line
    for adult in entry.own:
        if not entry.children:
            line.fault(f"adult{adult.slot}_name", UserError("Cet élève adulte n’a pas de nom."))
        else:
            adult.values = _as_adult(entry.children[0]) | {k: value for k, value in adult.values.items() if value}
    entry.adults = [each for each in entry.adults if _is_adult(entry, snapshot, each)]
    if entry.adults or entry.as_of:
        return
    years = age(entry.children[0].values.get("birth_date"), snapshot.today) if len(entry.children) == 1 else None
    if snapshot.adherents and len(entry.children) == 1:
        _place_adherent(entry, snapshot, years)
    elif years is not None and years >= OF_AGE and _ask_grown(line, snapshot, entry.children[0].called) == "self":
        loose = _adult(line, snapshot, 1, entry.loose).values
        entry.adults.append(Adult(1, _as_adult(entry.children[0]) | {k: value for k, value in loose.items() if value}))
    elif entry.loose:
        entry.adults.append(_adult(line, snapshot, 1, entry.loose))


def _place_adherent(entry: Entry, snapshot: Snapshot, years: int | None) -> None:
    """« Adhérent », and nothing but an age below eighteen says that it is a pupil: asked once for the whole file."""
    [child], line = entry.children, entry.line
    loose = _adult(line, snapshot, 1, entry.loose).values
    if years is not None and 0 <= years < OF_AGE:
        _reached_themselves(line, child, loose)
        return
    sentence = UserError("Le fichier ne dit pas qui sont les adhérents : des élèves, ou des adultes ?")
    choices = (
        Choice("pupils", UserError("Des enfants qui apprennent ici, sans responsable nommé")),
        Choice("self", UserError("Des adultes qui apprennent ici : chacun est son propre responsable")),
        Choice("adults", UserError("Des parents, qui n’apprennent pas ici")),
    )
    asked = Question("adherents", sentence, choices, column=snapshot.titles.get("pupil_name", ""))
    answer = snapshot.questions.ask(asked, line=line.number, sample=child.called)
    if answer == "pupils":
        _reached_themselves(line, child, loose)
        return
    entry.adults = [Adult(1, _as_adult(child) | {k: value for k, value in loose.items() if value})]
    if answer == "adults":
        entry.key, entry.children = entry.key or child.number, []


def _reached_themselves(line: Line, child: Child, loose: Values) -> None:
    """What stands beside a pupil without adult is the pupil's, who has one number and one e-mail."""
    place = " ".join(filter(None, (str(loose.get(name) or "") for name in ("postcode", "town"))))
    address = ", ".join(filter(None, (str(loose.get("address") or ""), place)))
    numbers = [loose.get(name) for name in ("phone_mobile", "phone_home", "phone_work")]
    for own, values in (("email", [loose.get("email")]), ("phone", numbers), ("address", [address])):
        given = list(dict.fromkeys(filter(None, [child.values.get(own), *values])))
        if len(given) > 1:
            more = UserError("Un élève n’a qu’un numéro, une adresse e-mail et une adresse : gardez ce qui sert.")
            line.fault(f"pupil_{own}", more)
        child.values |= {own: given[0]} if given else {}


def _is_adult(entry: Entry, snapshot: Snapshot, adult: Adult) -> bool:
    """False when an adult who has the name of a pupil under age on the same line is that pupil.

    Programs, which number families and say who is « Mme », have told the two apart.
    """
    if entry.key or adult.text("civility") or adult.text("birth_date"):
        return True
    named = [each for each in entry.children if each.called and fold(each.called) == fold(adult.called)]
    years = [age(each.values.get("birth_date"), snapshot.today) for each in named]
    if not any(each is not None and 0 <= each < OF_AGE for each in years):
        return True
    sentence = UserError("Ces élèves sont mineurs, et leur responsable porte leur nom et leur prénom. Est-ce l’élève ?")
    choices = (
        Choice("pupil", UserError("Oui : ne pas en faire un adulte")),
        Choice("adult", UserError("Non : c’est un adulte du même nom")),
    )
    asked = Question("namesakes", sentence, choices)
    return snapshot.questions.ask(asked, line=entry.line.number, sample=adult.called) != "pupil"


def _ask_grown(line: Line, snapshot: Snapshot, called: str) -> str:
    sentence = UserError("Ces élèves sont majeurs, sans responsable : chacun devient son propre responsable.")
    choices = (
        Choice("self", UserError("Oui, chacun est son propre responsable")),
        Choice("none", UserError("Non, les enregistrer sans responsable")),
    )
    return snapshot.questions.ask(Question("grown", sentence, choices, stops=False), line=line.number, sample=called)


def _as_adult(pupil: Child) -> Values:
    """What a pupil's columns say of an adult."""
    names = ("last_name", "first_name", "birth_date", "email")
    same = {name: pupil.values[name] for name in names if pupil.values.get(name)}
    if pupil.born:
        same["birth_name"] = pupil.born
    if phone := pupil.text("phone"):
        same["phone_mobile" if is_mobile(phone) else "phone_home"] = phone
    if address := pupil.text("address"):
        found = name_cells.read_address(address)
        same |= {"address": found.address, "postcode": found.postcode, "town": found.town}
    return same


def _check_adult(line: Line, snapshot: Snapshot, adult: Adult) -> None:
    """What two columns say together; what an adult cannot be."""
    if adult.text("postcode"):
        try:
            check_postcode(adult.text("postcode"), adult.text("country") or "FR")
        except UserError as why:
            line.fault(f"adult{adult.slot}_postcode", why)
    check_birth(line, snapshot, adult.values, f"adult{adult.slot}_birth_date", adult.called)
