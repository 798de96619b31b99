"""Which column of a file is which of ours: guessed from titles and values, told by hand, remembered by file shape."""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz

from data.core.errors import UserError
from data.core.fields import fold
from data.core.spreadsheets import PARTS, Cell
from data.importing import programs, title_groups
from data.importing.columns import Field
from data.importing.evidence import TELLING, Values, agrees
from data.importing.matched import Matched
from data.importing.records import Record
from data.importing.title_groups import plain
from data.importing.title_places import Sort, sort_of

MAX_NAMED = 5  # columns of which one is wanted, in one sentence
NEAR = 88  # of 100: under it, two titles are not the same words
EXPLICIT = 2  # points: a title that says whose it is goes first
WITH_TAX = 20  # points: what is to be paid goes before « Montant » and « Total »
TO_PAY = re.compile(r"\b(ttc|a payer)\b")
SAME_TITLE = 97  # points: under it, a title is not one that the column is known by
# Amounts that are not the one a record cannot do without, whatever stands below: never taken for it unsaid
OTHER_AMOUNT = re.compile(
    r"\b(ht|tva|taxes?|debits?|credits?|soldes?|restes?|restant|remises?|reductions?|acomptes?|arrhes|frais|commissions?|brut|net|"
    r"deja|avances?|cautions?|quotient|qf|unitaire|pu|aides?|cumul)\b"
)
PART_AMOUNT = re.compile(  # the like, where other amounts stand beside
    r"\b(ancv|caf|pass|coupons?|bons?|dons?|adhesions?|especes|cheques?|cb|virements?|prelevements?)\b"
)
OTHER_PERSON = re.compile(  # somebody who is none of the adults of a line
    r"\b(urgences?|emergency|sos|prevenir|secours|autres? contacts?|medecin|docteur|assurance|ecole|etablissement|college|lycee|"
    r"employeur|grands? (?:parents?|pere|mere)|nounou|voisine?)\b"
)
LEARNT = re.compile(  # disciplines, as headings of lists name them
    r"\b(piano|violon|alto|violoncelle|contrebasse|viole|harpe|guitare|luth|mandoline|flute|traversiere|bec|hautbois|clarinette|basson|saxo\w*|cor|"
    r"trompette|cornet|bugle|trombone|tuba|euphonium|percussions?|batterie|orgue|clavecin|accordeon|chant|solfege|formation musicale|fm|eveil|"
    r"choeur|chorale|orchestre|ensemble|danse|theatre|jazz|musique|mao|composition|direction)\b"
)
CYCLE = re.compile(r"\bcycle\b")
PUPILS_OWN = {
    "email": "pupil_email",
    "phone_mobile": "pupil_phone",
    "phone_home": "pupil_phone",
    "address": "pupil_address",
}


def guess(
    record: Record, heads: Sequence[str], rows: Sequence[Sequence[Cell]] = (), today: date | None = None
) -> dict[str, str]:
    """Place of a column of the file, as text -> ours: the nearest titles first, each once; values that say otherwise win."""
    said = {at: name for at, name in programs.meant(heads).items() if not name or record.field(name)}
    said |= {at: "" for at in _of_adults(record, heads) if at not in said}
    values = [Values.of([] if at in said else [row[at] for row in rows]) for at in range(len(heads))]
    grown = {at for at, head in enumerate(heads) if title_groups.is_birth(head) and values[at].can_be_adults(today)}
    groups = title_groups.of_heads(heads, grown) if any(one.group for one in record.columns) else {}
    titles = {
        each.name: tuple(title_groups.own_words(each, title) for title in (each.label, *each.also))
        for each in record.columns
    }
    labels = {each.name: fold(each.label) for each in record.columns}
    adults_separate, ranked = title_groups.adults_separate(groups), []
    for at, head in enumerate(heads):
        if at in said:
            continue
        group, words = groups.get(at, ("", title_groups.without_adherent(plain(head))))
        folded = fold(head)
        for order, one in enumerate(record.columns):
            if one.name == "adult1_civility" and adults_separate and not group:
                continue  # it is the pupil's
            points = 110.0 if folded == labels[one.name] else _points(one, titles[one.name], group, words)
            points += values[at].answers(one) if points >= NEAR else 0
            points += WITH_TAX if points >= NEAR and one.form == "money" and TO_PAY.search(words) else 0
            if points >= NEAR and agrees(one, values[at], words, today, adults=one.group.startswith("adult")):
                ranked.append((-points, order, at, one.name))
    found = {str(at): name for at, name in said.items() if name}
    rivals = _rivals(record, ranked, rows)
    for _, _, at, name in sorted(ranked):
        if str(at) not in found and name not in found.values() and at not in rivals:
            found[str(at)] = name
    found |= _by_values(record, heads, values, found, rivals) | _by_heading(record, heads, rows, found)
    found = _of_couples(found) if groups else found
    return _of_children_alone(found, groups, values, today) if groups and today else found


def _of_adults(record: Record, heads: Sequence[str]) -> set[int]:
    """« Guardian 1 Email » in a list of pupils alone: nobody of it has that e-mail."""
    if record.name != "pupils":
        return set()
    said = title_groups.of_heads(heads)
    return {at for at, (group, words) in said.items() if group.startswith("adult") and sort_of(words) == Sort.CONTACT}


def _of_couples(found: dict[str, str]) -> dict[str, str]:
    """« N° adhérent » where no pupil is named is the household's number."""
    names = {*found.values()}
    if "number" not in names or "family" in names or any(name.startswith("pupil") for name in names):
        return found
    return {at: "family" if name == "number" else name for at, name in found.items()}


def _of_children_alone(
    found: dict[str, str], groups: Mapping[int, tuple[str, str]], values: Sequence[Values], today: date
) -> dict[str, str]:
    """Where children are named and no adult is, what stands beside them is their own; the rest is nobody's here."""
    births = [values[int(at)] for at, name in found.items() if name == "pupil_birth_date"]
    named = any(name.startswith("adult") and name.endswith("name") for name in found.values())
    if named or not any(each.of_children(today) for each in births):
        return found
    kept: dict[str, str] = {}
    for at, name in found.items():
        if not name.startswith("adult") or groups[int(at)][0]:
            kept[at] = name
        elif (own := PUPILS_OWN.get(name.partition("_")[2])) and own not in {*found.values(), *kept.values()}:
            kept[at] = own
    return kept


def _points(one: Field, names: tuple[str, ...], group: str, words: str) -> float:
    """How near a title is to a column's: 100 is the same words."""
    explicit = 0.0
    if group and one.group != group:
        return 0.0
    if group:
        explicit = EXPLICIT
    elif one.group:
        explicit = title_groups.unsaid(one)
        if explicit < -50:
            return 0.0
    best = _likeness(names, words)
    if (bare := title_groups.without_place(words)) and title_groups.is_contact(one):
        best = max(best, _likeness(names, bare) - 1)
    return best + explicit if best >= NEAR else 0.0


@lru_cache(maxsize=20_000)  # a title is held against the columns of every kind, each time its file is read
def _likeness(names: tuple[str, ...], words: str) -> float:
    likest = 0.0
    for place, name in enumerate(names):
        same = 100 - place / 10 if words == name else fuzz.token_sort_ratio(words, name) - 5
        likest = max(likest, same)
    return likest


def _rivals(record: Record, ranked: Sequence[tuple[float, int, int, str]], rows: Sequence[Sequence[Cell]]) -> set[int]:
    """« Montant » beside « Total » of other amounts: which is meant, only a person can say."""
    found: set[int] = set()
    for one in record.columns:
        if one.form != "money" or not one.required:
            continue
        points = {at: -less for less, _, at, name in ranked if name == one.name}
        to_pay = SAME_TITLE + WITH_TAX
        least = to_pay if max(points.values(), default=0.0) >= to_pay else SAME_TITLE
        same = {at for at, each in points.items() if each >= least}
        if len({tuple(row[at] for row in rows) for at in same}) > 1:
            found |= same
    return found


def _by_values(
    record: Record, heads: Sequence[str], values: Sequence[Values], found: Mapping[str, str], rivals: Container[int]
) -> dict[str, str]:
    """Columns whose title says nothing, and whose values can be one thing only."""
    more: dict[str, str] = {}
    amounts = [at for at, each in enumerate(values) if str(at) not in found and each.amounts >= TELLING]
    titles = {at: plain(heads[at]) for at in amounts}
    of_others = {
        at for at in amounts if OTHER_AMOUNT.search(titles[at]) or (len(amounts) > 1 and PART_AMOUNT.search(titles[at]))
    }
    if len(amounts) - len(of_others) > 1:
        of_others = {*amounts}
    for at in range(len(heads)):
        if str(at) in found or len(values[at].texts) < 2 or at in rivals:
            continue
        if at in of_others or OTHER_PERSON.search(plain(heads[at])):
            continue
        wanted = _wanted(values[at])
        taken = {*found.values(), *more.values()}
        free = (one for one in record.columns if one.name not in taken and _has_somebody(one, taken))
        name = next((one.name for one in free if wanted and wanted(one)), None)
        if name:
            more[str(at)] = name
    return more


def _by_heading(
    record: Record, heads: Sequence[str], rows: Sequence[Sequence[Cell]], found: Mapping[str, str]
) -> dict[str, str]:
    """What headings within the table say, when it is what pupils learn, or how far they are, and no column says that."""
    if PARTS not in heads:
        return {}
    at = heads.index(PARTS)
    texts = {fold(str(row[at])) for row in rows if row[at]}
    for name, pattern in (("cycle", CYCLE), ("discipline", LEARNT)):
        telling = sum(bool(pattern.search(text)) for text in texts)
        if record.field(name) and name not in found.values() and telling * 2 > len(texts):
            return {str(at): name}
    return {}


def _has_somebody(one: Field, taken: Container[str]) -> bool:
    """A second adult's column is one where the file names a second adult."""
    names = (f"{one.group}_{name}" for name in ("name", "last_name", "first_name"))
    return one.group in {"", "pupil", "adult1"} or any(name in taken for name in names)


def _wanted(values: Values) -> Callable[[Field], bool] | None:
    if values.emails >= TELLING:
        return lambda one: one.name.endswith("email") and not one.name.startswith("pupil")
    if values.postcodes >= TELLING and values.share(r"^\d{4,5}$") >= TELLING:
        return lambda one: one.form == "postcode"
    if values.phones >= TELLING:
        return lambda one: one.form == "phone" and "emergency" not in one.name and not one.name.startswith("pupil")
    if values.amounts >= TELLING:
        return lambda one: one.form == "money" and one.required
    return None


def missing(record: Record, matched: Matched) -> list[str]:
    """The labels of the columns that an import cannot do without and that nothing gives."""
    given = set(matched.get("columns", {}).values()) | set(matched.get("fixed", {}))
    lost = [each.label for each in record.columns if each.key and each.required and each.name not in given]
    return lost + [
        " / ".join([each.label for name in names[:MAX_NAMED] if (each := record.field(name))])
        for names in record.one_of
        if not given & set(names)
    ]


def check(record: Record, matched: Matched) -> None:
    """Before any line is read: what must be there is."""
    if lost := missing(record, matched):
        raise UserError(
            "Il manque au fichier : {columns}. Reliez ces colonnes, ou donnez une valeur fixe.", columns=", ".join(lost)
        )


def named(record: Record, heads: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """A mapping written by hand, ours -> the file's title, as places; UserError when either is unknown."""
    found: dict[str, str] = {}
    for name, title in mapping.items():
        if record.field(name) is None:
            raise UserError("La colonne « {name} » n’existe pas pour ces fiches.", name=name[:60])
        places = [at for at, head in enumerate(heads) if head == title] or [
            at for at, head in enumerate(heads) if plain(head) == plain(title)
        ]
        if not places:
            raise UserError("Le fichier n’a pas de colonne « {name} ».", name=title[:60])
        found[str(places[0])] = name
    return found
