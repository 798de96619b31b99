"""Cells that hold several things: people's names in one cell, an address with its town, several numbers. Split, never guessed:
what two readings fit says so (`sure`), and the order of names is given by whoever was asked."""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from data.core.errors import UserError
from data.core.fields import EMAIL, PHONE, fold, tidy
from data.core.phones import FRENCH_PLAN, is_mobile, numbers_within, read_phone, usual_number
from data.importing.columns import Kind

CIVILITIES = {
    "m": "m",
    "mr": "m",
    "mm": "m",
    "monsieur": "m",
    "mme": "mme",
    "mlle": "mme",
    "madame": "mme",
    "mademoiselle": "mme",
    "mrs": "mme",
    "ms": "mme",
    "veuve": "mme",
    "vve": "mme",
}
TITLE = r"(?:mm?|mr|mrs|ms|mme|mlle|monsieur|madame|mademoiselle|veuve|vve|dr)\.?"
LEADING = re.compile(rf"({TITLE})(?:\s*(?:et|&|/|ou)\s*({TITLE}))?(?=[\s.]|$)", re.IGNORECASE)
NEXT_PERSON = re.compile(rf"\s+(?:et|&)\s+(?={TITLE}\s)", re.IGNORECASE)
BETWEEN = re.compile(r"\s*[;\n/+|]\s*")
AND = re.compile(r"\s+(?:et|&|and)\s+", re.IGNORECASE)
PARENTHESIS = re.compile(r"\(([^)]*)\)")
SEPARATED = re.compile(r"separe|divorc|garde altern")
SELF = re.compile(r"(?:lui|elle|moi|soi)[ -]?meme|adulte|(?:him|her)self|idem (?:adulte|responsable|parent)")
PUPIL_ITSELF = re.compile(
    r"(?:(?:idem|c'?est|meme que)? ?l?'?eleve(?: (?:lui|elle)[ -]?meme)?|(?:eleve )?(?:majeure?|adulte))"
)
ANOTHERS = re.compile(r"(?:idem|comme|voir|cf\.?)\s+(?:que\s+|pour\s+)?(?P<name>\D+)", re.IGNORECASE)
DEAD = re.compile(r"\b(?:decedee?s?|dcde?e?|defunte?)\b|†")
NOBODY = re.compile(
    r"\W+|(?:(?:pere|mere|papa|maman|parent)s? )?(?:inconnue?s?|absente?)|ras|r\.a\.s\.?|aucune?|neant|"
    r"non (?:renseignee?|communiquee?|connue?)|sans objet|pas de (?:pere|mere|parent|responsable)|n\.c\.?|n/a|xx+|snp|sans nom"
)
BORN = re.compile(r"[\s(]+(n[ée]e?|épouse|epouse|ép\.|épse)\s+(?P<name>[^()]+)\)?\s*$", re.IGNORECASE)
REACHED = re.compile(
    r"[\s;,/:(-]*(?:\b(?:ou|et|t[ée]l\.?|port\.?)\s*:?\s*)?(?P<found>[^\s;,/<>()]+@[^\s;,/<>()]+|\+?\d(?:[ .-]?\d){8,12})\)?"
)


@dataclass(frozen=True)
class Name:
    """A person as a cell names them. Not `sure`: the other order of the words would be a name as well."""

    last: str = ""
    first: str = ""
    civility: str = ""
    sure: bool = True
    born: str = ""  # the birth name: « née PRAT »
    reached: tuple[str, ...] = ()  # numbers and e-mails that stand after the name


@dataclass(frozen=True)
class People:
    """All that a cell of names says."""

    names: tuple[Name, ...] = ()
    separated: bool = False  # two homes
    adult_pupil: bool = False  # learns here


@dataclass
class Address:
    address: str = ""
    postcode: str = ""
    town: str = ""
    whole: bool = field(default=False)  # street, post code and town were all there


def read_people(cell: str, *, last_first: bool = True) -> People:
    """« M. et Mme DUPONT Jean et Anne » is two people; « Mme LEROY / M. PETIT (séparés) » two as well."""
    notes = fold(" ".join(PARENTHESIS.findall(cell)))
    bare = PARENTHESIS.sub(_unless_born, _with_marks(cell)).strip(" ,;/")
    names: list[Name] = []
    for piece in BETWEEN.split(_joined(NEXT_PERSON.sub(" / ", bare))):
        reached = tuple(MARK.findall(piece))
        if part := tidy(MARK.sub(" ", piece)):
            there = _together(part, last_first=last_first)
            names += [replace(each, reached=reached) if not at else each for at, each in enumerate(there)]
        elif reached:
            names.append(Name(reached=reached))
    return People(tuple(names), bool(SEPARATED.search(notes)), bool(SELF.search(notes)))


MARK = re.compile(r"⟦([^⟧]*)⟧")


def _with_marks(cell: str) -> str:
    """Numbers and e-mails stay with the name that they follow, whatever stands between them."""
    return REACHED.sub(r" ⟦\g<found>⟧ ", cell)


def _unless_born(note: re.Match[str]) -> str:
    return f" {note[1]}" if BORN.match(f" {note[1]}") else " "


def _joined(text: str) -> str:
    """« M. / Mme X » is one part."""
    return re.sub(rf"^({TITLE})\s*/\s*({TITLE})(?=\s)", r"\1 et \2", text, flags=re.IGNORECASE)


def _together(part: str, *, last_first: bool) -> list[Name]:
    """People who share a civility, or a surname."""
    found = LEADING.match(part)
    titles = [CIVILITIES.get(fold(each).rstrip("."), "") for each in found.groups() if each] if found else []
    rest = part[found.end() :].strip(" .,") if found else part
    if not rest:
        return []
    pieces = AND.split(rest)
    if len(pieces) == 1:
        born = BORN.search(rest)
        names = [
            _born(rest[: born.start()], born, last_first=last_first) if born else _one(rest, last_first=last_first)
        ]
        if len(titles) == 2:  # one of the two has no first name here
            names = [replace(names[0], born=""), Name(names[0].last, "", sure=names[0].sure, born=names[0].born)]
    else:
        names = _sharing(pieces, last_first=last_first)
    return [replace(each, civility=titles[at] if at < len(titles) else "") for at, each in enumerate(names)]


def _sharing(pieces: list[str], *, last_first: bool) -> list[Name]:
    """« DUPONT Jean », « Anne »; « Jean », « Anne DUPONT »: a piece of one word is a first name, with the surname of the other."""
    alone = [len(piece.split()) == 1 and not in_capitals(piece) for piece in pieces]
    if len(pieces) == 2 and alone[0] != alone[1]:  # which of the two it is says where surnames stand
        whole = replace(_one(pieces[alone[0]], last_first=alone[1]), sure=True)
        given = Name(whole.last, pieces[alone[1]])
        return [given, whole] if alone[0] else [whole, given]
    names = [_one(piece, last_first=last_first) for piece in pieces]
    surname = next((each for each in names if each.first and each.last), None)
    if surname is None:
        return names
    return [
        each if each.first or in_capitals(each.last) else Name(surname.last, each.last, sure=surname.sure)
        for each in names
    ]


def _one(text: str, *, last_first: bool) -> Name:
    if "," in text:
        last, _, first = text.partition(",")
        return Name(tidy(last), tidy(first))
    words = text.split()
    if len(words) == 1:
        return Name(last=words[0])
    loud = [word for word in words if in_capitals(word)]
    quiet = [word for word in words if not in_capitals(word)]
    if loud and quiet and (words[: len(loud)] == loud or words[-len(loud) :] == loud):
        return Name(" ".join(loud), " ".join(quiet))
    if last_first:
        return Name(" ".join(words[:-1]), words[-1], sure=False)
    return Name(" ".join(words[1:]), words[0], sure=False)


def _born(before: str, found: re.Match[str], *, last_first: bool) -> Name:
    """« RIOU Rose née PRAT », « RIOU née PRAT Rose », « PRAT Rose épouse RIOU »."""
    other = found["name"].split()
    if len(before.split()) == 1 and len(other) > 1:  # the first name comes last
        before, other = f"{before} {other[-1]}", other[:-1]
    name, name_after = _one(before, last_first=last_first), " ".join(other)
    if fold(found[1]).startswith("ne"):
        return replace(name, born=name_after)
    return replace(name, last=name_after, born=name.last)


def in_capitals(word: str) -> bool:
    """Whether a name of two letters and more is written in capitals."""
    letters = [char for char in word if char.isalpha()]
    return len(letters) > 1 and all(char.isupper() for char in letters)


def is_self(cell: str) -> bool:
    """« lui-même »: the pupil is the adult of the line."""
    return bool(SELF.fullmatch(fold(cell).strip(" ()")))


def is_pupil_itself(cell: str) -> bool:
    """« lui-même », « idem élève » where an adult is expected: the pupil is their own."""
    bare = tidy(PARENTHESIS.sub(" ", cell)) or cell
    return is_self(bare) or bool(PUPIL_ITSELF.fullmatch(fold(bare).replace("’", "'").strip(" ().")))


def is_nobody(cell: str) -> bool:
    """« décédé », « ? », « néant », « ROY Max (décédé) » where an adult is expected."""
    text = tidy(re.sub(r"[()]", "", fold(cell)))
    return bool(cell.strip()) and (not text or is_dead(cell) or bool(NOBODY.fullmatch(text)))


def is_dead(cell: str) -> bool:
    """« ROY Max (décédé le 12/03/2020) », and nobody beside."""
    undated = re.sub(r"[\d/.]*\d", "", cell[:200])
    return bool(DEAD.search(fold(cell))) and not BETWEEN.search(undated) and not AND.search(undated)


def anothers(cell: str) -> str:
    """« Idem Max »: whose adults these are too, in plain letters; "" when the cell names somebody."""
    found = ANOTHERS.fullmatch(tidy(cell))
    return fold(found["name"]) if found else ""


def pupils_of(cell: str) -> list[str]:
    """« Léa et Tom », « Léa / Tom », on two lines: each by itself."""
    parts = [part for piece in BETWEEN.split(PARENTHESIS.sub(" ", cell)) for part in AND.split(piece)]
    return list(filter(None, map(tidy, parts))) or [cell]


def read_pupil(cell: str, surnames: list[str], *, last_first: bool = True) -> Name:
    """« Léa » has a first name only; a word that is an adult's surname is the surname."""
    text = tidy(PARENTHESIS.sub(" ", cell))
    if len(text.split()) == 1:
        return Name(first=text)
    for surname in surnames:
        words = fold(surname).split()
        given = fold(text).split()
        if len(given) > len(words):
            if given[-len(words) :] == words:
                return Name(" ".join(text.split()[-len(words) :]), " ".join(text.split()[: -len(words)]))
            if given[: len(words)] == words:
                return Name(" ".join(text.split()[: len(words)]), " ".join(text.split()[len(words) :]))
    if found := BORN.search(text):
        return _born(text[: found.start()], found, last_first=last_first)
    return _one(text, last_first=last_first)


STREET_FIRST = re.compile(
    r"(?P<street>.*?\D)[\s,;–-]+(?:F-?)?(?P<code>\d{2} ?\d{3})\s+(?P<town>[^\d,;]+(?:cedex ?\d*)?)", re.IGNORECASE
)
TOWN_FIRST = re.compile(
    r"(?:F-?)?(?P<code>\d{2} ?\d{3})\s+(?P<town>[^\d,;\n]+?)\s*[,;\n]\s*(?P<street>.+)", re.IGNORECASE
)


def read_address(cell: str) -> Address:
    """« 3 rue Haute 57220 Boulay », « 57220 BOULAY, 1 place du Marché », or on two lines."""
    text = "\n".join(filter(None, (tidy(line) for line in cell.splitlines())))
    flat = text.replace("\n", " ")
    found = TOWN_FIRST.fullmatch(text) or STREET_FIRST.fullmatch(flat)
    if not found:
        return Address(flat)
    code = found["code"].replace(" ", "")
    return Address(found["street"].strip(" ,;").replace("\n", " "), code, found["town"].strip(" ,;"), whole=True)


@lru_cache(maxsize=8192)  # brothers and sisters have their parents'
def _read_phones(typed: str, country: str = "FR") -> tuple[str, ...]:
    """Each number once. A note in parentheses, « ou », « / » stand between them."""
    if country in FRENCH_PLAN and (usual := usual_number(typed)):
        return (usual,)
    between = PARENTHESIS.sub(" ; ", typed)
    parts = re.split(r"\s*[;/,\n|]\s*|\s+(?:ou|et|puis)\s+|\s+-\s+", between)
    bare = (re.sub(r"^[^\d+(]*[:.]?\s*(?=[\d+])", "", part) for part in parts if tidy(part))
    try:
        found = [read_phone(tidy(part), country) for part in bare]
    except UserError:
        if not (found := numbers_within(typed)):
            raise
    return tuple(dict.fromkeys(filter(None, found)))


@lru_cache(maxsize=8192)
def _read_emails(typed: str) -> tuple[str, ...]:
    parts = re.split(r"[\s;,/|<>]+|\bet\b", PARENTHESIS.sub(" ", typed))
    return tuple(dict.fromkeys(EMAIL.read(part) for part in parts if part))


def _show(value: object) -> str:
    return " / ".join(value) if isinstance(value, tuple) else ""


def _format_phones(shown: str, language: str) -> str:
    return " / ".join(PHONE.format_value(each, "fr") for each in shown.split(" / ")) if shown else ""


PHONES = Kind("tel", read=_read_phones, show=_show, format_value=_format_phones, read_in=_read_phones)
EMAILS = Kind("email", read=_read_emails, show=_show)


def spread_phones(numbers: tuple[str, ...], taken: dict[str, object]) -> dict[str, str]:
    """Numbers into the fields that are free: mobiles first into the mobile's; UserError when there are too many."""
    found: dict[str, str] = {}
    for number in numbers:
        wanted = (
            ("phone_mobile", "phone_home", "phone_work")
            if is_mobile(number)
            else ("phone_home", "phone_work", "phone_mobile")
        )
        place = next((name for name in wanted if name not in found and not taken.get(name)), None)
        if place is None:
            raise UserError("Trop de numéros pour une personne : trois au plus. Retirez-en un.")
        found[place] = number
    return found
