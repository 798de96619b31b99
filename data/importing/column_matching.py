"""Which column of a file is which of ours: guessed from the titles of any program, told by hand, remembered by file shape."""

import re
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from data.core.errors import UserError
from data.core.fields import fold
from data.importing.records import Record
from data.importing.runs import Matched

SHORT = {
    "tel": "telephone", "port": "mobile", "portable": "mobile", "gsm": "mobile", "cell": "mobile", "cp": "code postal", "naiss": "naissance",
    "nais": "naissance", "adr": "adresse", "resp": "responsable", "num": "n", "numero": "n", "no": "n", "nb": "nombre", "fam": "famille",
    "elv": "eleve", "prof": "professeur", "etab": "etablissement", "mt": "montant", "mtt": "montant", "fact": "facture", "dt": "date",
    "mel": "e mail", "mail": "e mail", "email": "e mail", "courriel": "e mail", "pren": "prenom", "dom": "domicile", "trav": "professionnel",
    "cplt": "complement", "compl": "complement", "cpl": "complement", "ref": "reference", "bar": "bareme", "coeff": "coef", "coefficient": "coef",
    "pro": "professionnel", "pers": "personne", "scol": "scolaire", "abs": "absence", "eval": "evaluation", "obs": "observation", "deb": "debut",
    "ech": "echeance", "regl": "reglement", "reglt": "reglement", "rglt": "reglement", "usager": "eleve", "enfant": "eleve", "etudiant": "eleve",
}  # fmt: skip
NEAR = 88  # of 100: under it, two titles are not the same words


def plain(title: str) -> str:
    """« Tél. port. » → « telephone mobile »: without accents, capitals, signs and short forms."""
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])", " ", title.replace("°", " ").replace("#", " n "))
    parts = re.sub(r"[^a-z0-9]+", " ", fold(spaced)).split()
    return " ".join(
        SHORT.get(word, word)
        for word in parts
        if word not in {"de", "du", "la", "le", "l", "d", "des", "id", "code", "cde"}
    ) or fold(title)


def guess(record: Record, heads: Sequence[str]) -> dict[str, str]:
    """Place of a column of the file, as text -> ours: the nearest titles first, each once."""
    titles = {each.name: [plain(title) for title in (each.label, *each.also)] for each in record.columns}
    ranked = []
    for at, head in enumerate(heads):
        title_text = plain(head)
        for order, one in enumerate(record.columns):
            names = titles[one.name]
            best: float = 101 if fold(head) == fold(one.label) else 0
            for place, name in enumerate(names):
                same = 100 - place / 10 if title_text == name else fuzz.token_sort_ratio(title_text, name) - 5
                best = max(best, same)
            if best >= NEAR:
                ranked.append((-best, order, at, one.name))
    found: dict[str, str] = {}
    for _, _, at, name in sorted(ranked):
        if str(at) not in found and name not in found.values():
            found[str(at)] = name
    return found


def missing(record: Record, matched: Matched) -> list[str]:
    """The labels of the columns that an import cannot do without and that nothing gives."""
    given = set(matched.get("columns", {}).values()) | set(matched.get("fixed", {}))
    lost = [each.label for each in record.columns if each.key and each.required and each.name not in given]
    return lost + [
        " / ".join(each.label for each in record.columns if each.name in names)
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
