"""Titles in plain words, and whose column a title says it is: « NOM_RESP1 » is the name of adult 1, « Prénom enfant (2) » of pupil 2."""

import re
from collections.abc import Container, Mapping, Sequence
from functools import lru_cache

from data.core.fields import fold
from data.importing import title_places
from data.importing.columns import Field
from data.importing.title_places import Places, Said, Sort

SHORT = {
    "tel": "telephone", "port": "mobile", "portable": "mobile", "gsm": "mobile", "cell": "mobile", "cp": "code postal", "naiss": "naissance",
    "nais": "naissance", "adr": "adresse", "resp": "responsable", "num": "n", "numero": "n", "no": "n", "nb": "nombre", "fam": "famille",
    "elv": "eleve", "prof": "professeur", "etab": "etablissement", "mt": "montant", "mtt": "montant", "fact": "facture", "dt": "date",
    "mel": "e mail", "mail": "e mail", "email": "e mail", "courriel": "e mail", "pren": "prenom", "dom": "domicile", "trav": "professionnel",
    "cplt": "complement", "compl": "complement", "cpl": "complement", "ref": "reference", "bar": "bareme", "coeff": "coef", "coefficient": "coef",
    "pro": "professionnel", "pers": "personne", "scol": "scolaire", "abs": "absence", "eval": "evaluation", "obs": "observation", "deb": "debut",
    "ech": "echeance", "regl": "reglement", "reglt": "reglement", "rglt": "reglement", "usager": "eleve", "enfant": "eleve", "etudiant": "eleve",
    # English, as Moodle, Galette and spreadsheets have it
    "firstname": "prenom", "lastname": "nom", "surname": "nom", "forename": "prenom", "fullname": "nom complet", "phone": "telephone",
    "mobile": "mobile", "city": "ville", "zip": "code postal", "address": "adresse", "birthdate": "date naissance", "birthday": "date naissance",
    "dob": "date naissance", "gender": "sexe", "country": "pays", "family": "famille", "pupil": "eleve", "student": "eleve", "child": "eleve",
    "parent": "responsable", "guardian": "responsable", "invoice": "facture", "amount": "montant", "payment": "reglement", "class": "classe",
    "teacher": "professeur", "course": "cours", "school": "ecole", "father": "pere", "mother": "mere", "profession": "profession",
    "instrument": "instrument", "rl": "responsable", "tuteur": "responsable", "representant": "responsable", "parents": "responsable",
    "responsables": "responsable", "street": "rue", "town": "ville", "spouse": "conjoint", "conjointe": "conjoint",
    "papa": "pere", "maman": "mere", "eleves": "eleve", "enfants": "eleve", "number": "n",
}  # fmt: skip
PHRASES = (
    (r"first\s*name", "firstname"),
    (r"(?:last|family)\s*name", "lastname"),
    (r"full\s*name", "fullname"),
    (r"date\s*of\s*birth|birth\s*(?:date|day)", "birthdate"),
    (r"(?:zip|post|postal)[\s_]*code", "zip"),
    (r"\bid(?=famille|eleve|individu)", "n "),
    (r"e[\s_-]*mail\s*address", "email"),
    (r"\bt\. ?t\. ?c\b", "ttc"),
    (r"\bh\. ?t\b", "ht"),
    (
        r"\bfoyer(?= ?[12]\b.*[a-z])|(?<=[a-z]{2} )foyer(?= ?[12]$)",
        "responsable",
    ),  # « Foyer 2 - Nom »: of the adult who lives there
    (r"\bt\. ?v\. ?a\b", "tva"),
)
FORMAT_NOTE = re.compile(
    r"\((?:[jmady]{2,4}[/. -]?){2,3}\)|\((?:(?:obligatoire|facultatif|required|optional)|si [^()]*)\)|[*✱]"
)
ADHERENT, NUMBERED = re.compile(r"\badh[ée]rente?s?\b", re.IGNORECASE), re.compile(r"n\b")
SILENT = {"de", "du", "la", "le", "l", "d", "des", "id", "code", "cde", "adh", "resid", "of", "the"}
ADULT_WORDS, PUPIL_WORDS = {"responsable", "adulte", "pere", "mere", "conjoint"}, {"eleve"}
PLACES = {"adresse", "coordonnees", "domicile"}  # names of groups of columns that say nothing of whose they are
HOMES = {"foyer", "famille"}  # the like, after the other words
AGAIN = re.compile(r"(.+) \((\d)\)")  # how a title that is there twice is told from the first
BESIDE = {"legal", "legaux", "legale", "s"}  # of a marker: « responsable légal »
ORDINALS = {
    "premier": "1",
    "second": "2",
    "deuxieme": "2",
    "autre": "2",
    "troisieme": "3",
    "quatrieme": "4",
}  # « Autre parent »
ORDINAL = re.compile(r"([1-4])(?:er|ere|re|e|eme|nd|nde)")
CONTACT = frozenset(
    "address complement postcode town country phone_home phone_mobile phone_work phone email civility profession login name".split()
)


@lru_cache(maxsize=4096)
def plain(title: str) -> str:
    """« Tél. port. » → « telephone mobile »: without accents, capitals, signs and short forms."""
    bare = FORMAT_NOTE.sub(" ", title.replace("(jj/mm/aaaa)", " "))
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])", " ", bare.replace("°", " ").replace("#", " n "))
    text = re.sub(r"(?<=[a-z])(?=\d)", " ", fold(spaced))
    for pattern, word in PHRASES:
        text = re.sub(pattern, word, text)
    parts = re.sub(r"[^a-z0-9]+", " ", text).split()
    return " ".join(SHORT.get(word, word) for word in parts if word not in SILENT) or fold(title)


def of_heads(heads: Sequence[str], grown: Container[int] = ()) -> Said:
    """Place -> (group, the title's other words): « adult2 », « nom ». The group is "" when the title does not say.

    `grown`: places whose dates can be adults' birth dates.
    """
    return places(heads, grown).said


def is_birth(head: str) -> bool:
    words = plain(ADHERENT.sub(" ", head))
    return any(title_places.sort_of(each) == Sort.BIRTH for each in (words, words.rstrip(" 123456789")))


def places(heads: Sequence[str], grown: Container[int] = ()) -> Places:
    """The same, and `unsure`: telephones and e-mails of which the file does not say whose they are, of two adults that it names."""
    heads = _with_adherents(heads)
    marked = {at: _marker_of(head, heads) for at, head in enumerate(heads)}
    adults = [(marker, words) for marker, words in marked.values() if marker and "eleve" not in marker]
    numbers = _adult_numbers(adults)
    spouse = {*numbers} == {"conjoint"} and any(
        not marker and _is_a_name(words) for marker, words in marked.values()
    )  # « Nom », « Prénom » beside « Conjoint » are an adult's
    if spouse:
        numbers["conjoint"] = 2
    found: Said = {}
    for at, (marker, words) in marked.items():
        if marker.startswith("eleve"):
            number = int(marker[5:] or 1)
            found[at] = ("pupil" if number == 1 else f"pupil{number}", words or "eleve")
        elif marker:
            found[at] = (f"adult{numbers[marker]}", words or "responsable")
        else:
            found[at] = ("adult1" if spouse and _is_a_name(words) else "", words)
    again = {at: match for at, head in enumerate(heads) if (match := AGAIN.fullmatch(head)) and match[1] in heads}
    twins = {at: plain(match[1]) for at, match in again.items() if not found[at][0]}
    numbered = any(marker[-1].isdecimal() for marker, _ in adults)
    return title_places.placed(heads, _with_parents_names(found), twins, numbered=numbered, grown=grown)


def _with_adherents(heads: Sequence[str]) -> list[str]:
    """An « adhérent » is the pupil; where nothing says so, it is asked (`are_unsure`)."""
    return [head if NUMBERED.match(plain(head)) else ADHERENT.sub("élève", head) for head in heads]


def are_unsure(heads: Sequence[str]) -> bool:
    """« Adhérent », and neither adults beside nor what is learnt says who that is."""
    if not any(map(ADHERENT.search, heads)):
        return False
    words = [plain(head) for head in heads]
    learns = any(title_places.sort_of(each) == Sort.LESSON for each in words)
    return not learns and not any(ADULT_WORDS & {*each.split()} for each in words)


def _is_a_name(words: str) -> bool:
    return title_places.sort_of(words) == Sort.NAME and bool({"nom", "prenom", "prenoms"} & {*words.split()})


def _with_parents_names(found: Said) -> Said:
    """« Nom » and « Prénom » beside « Prénom enfant » are a parent's, when no adult is named otherwise."""
    said, unsaid = {each for each in found.values() if each[0]}, {words for group, words in found.values() if not group}
    if not {"nom", "prenom"} <= unsaid or ("pupil", "prenom") not in said:
        return found
    if any(group.startswith("adult") and "nom" in words.split() for group, words in said):
        return found
    return {at: ("adult1", each[1]) if each in {("", "nom"), ("", "prenom")} else each for at, each in found.items()}


def _marker_of(head: str, heads: Sequence[str]) -> tuple[str, str]:
    """« Child first name (2) » beside « Child first name » is the second child's."""
    again = AGAIN.fullmatch(head)
    if again and again[1] in heads:
        marker, words = _marker(plain(again[1]))
        if marker and not marker[-1].isdecimal():
            return f"{marker}{again[2]}", words
    return _marker(plain(head))


def without_adherent(words: str) -> str:
    """« Nom adhérent », in a list of one sort of people, is « Nom »; « N° adhérent » stays a number of its own."""
    bare = " ".join(word for word in words.split() if word not in {"adherent", "adherente"})
    return words if not bare or NUMBERED.match(bare) else bare


def without_place(words: str) -> str:
    """« adresse ville » is « ville », « CP foyer » is « CP »: the name of a group of columns says nothing more."""
    before, _, last = words.rpartition(" ")
    if last in HOMES:
        return before
    first, _, rest = words.partition(" ")
    return rest if first in PLACES else ""


def _marker(title: str) -> tuple[str, str]:
    """(« responsable 2 », the other words)."""
    words = title.split()
    at = next((n for n, word in enumerate(words) if word in ADULT_WORDS | PUPIL_WORDS), None)
    if at is None:
        return "", title
    end = at + 1
    while end < len(words) and words[end] in BESIDE | ADULT_WORDS:
        end += 1
    word = next((each for each in words[at:end] if each in {"pere", "mere", "conjoint", "eleve"}), "responsable")
    number, start = _ordinal(words[at - 1]) if at else "", at
    if number:
        start -= 1
    if words[end : end + 1] == ["n"] and "".join(words[end + 1 : end + 2]).isdecimal():
        end += 1
    if end < len(words) and words[end].isdecimal() and len(words[end]) == 1:
        number, end = words[end], end + 1
    return f"{word}{number}", " ".join([*words[:start], *words[end:]])


def _ordinal(word: str) -> str:
    found = ORDINAL.fullmatch(word)
    return found[1] if found else ORDINALS.get(word, "")


def _adult_numbers(marked: list[tuple[str, str]]) -> dict[str, int]:
    """Which adult each marker is: numbered ones keep their number, the others take the free ones in a fixed order."""
    markers = {marker for marker, _ in marked}
    numbers = {marker: int(marker[-1]) for marker in markers if marker[-1:].isdecimal()}
    named = any(marker == "responsable" and ("nom" in words or not words) for marker, words in marked)
    if "responsable" in markers:
        numbers["responsable"] = 1
    taken = {number for marker, number in numbers.items() if marker != "responsable" or named}
    for marker in ("pere", "mere", "conjoint"):
        if marker in markers:
            numbers[marker] = next(number for number in range(1, 9) if number not in taken)
            taken.add(numbers[marker])
    return numbers


def own_words(one: Field, title: str) -> str:
    """A column's title without whose it is, as titles of files are compared."""
    words = plain(title)
    return (_marker(words)[1] or ("eleve" if one.group.startswith("pupil") else "responsable")) if one.group else words


def adults_separate(groups: Mapping[int, tuple[str, str]]) -> bool:
    """« Nom » is the pupil's, and « Tuteur 1 Nom » an adult's: each has their own columns."""
    names = [group for group, words in groups.values() if "nom" in words.split()]
    return "" in names and any(group.startswith("adult") for group in names)


def is_contact(one: Field) -> bool:
    return one.name.removeprefix(f"{one.group}_") in CONTACT


def unsaid(one: Field) -> float:
    """Points for a column when the title does not say whose it is: contacts are the first adult's, names the pupil's."""
    if one.group == "pupil":
        return -1.0 if is_contact(one) else 0.0
    if one.group == "adult1":
        return 0.0 if is_contact(one) else -1.0
    return -100.0
