"""Cells that hold more than one telephone number: several, a note, an extension. Whose a second number is, nobody guesses."""

import re

from data.core.errors import UserError
from data.core.phones import is_mobile, numbers_within
from data.core.plain_text import fold
from data.importing.columns import Field
from data.importing.conventions import Conventions
from data.importing.questions import Choice, Question

SEVERAL = re.compile(r"\s*(?:[;,|/\n]|\bou\b|\bet\b|\s-\s)\s*")
COMMENT = re.compile(r"\([^()]*[^\d\s()][^()]*\)")
EXTENSION = re.compile(r"[\s,;(]*\b(?:poste|p\.|ext\.?|extension)\s*:?\s*\d{1,5}\)?\s*$", re.IGNORECASE)
PHONES = ("phone_home", "phone_mobile", "phone_work")
WORK = re.compile(r"\b(trav|travail|prof|professionnel|pro|bureau|bur)\b")
PEOPLE = re.compile(
    r"\b(maman|mere|papa|pere|parents?|mamie|mamy|papi|papy|grands?|nounou|tante|tata|oncle|soeur|frere|conjointe?|epoux|epouse|"
    r"mari|femme|compagn\w+|tuteur|tutrice|mme|madame|mr|monsieur|elle|lui|voisine?)\b"
)
FIRST = "first"


def numbers_of(one: Field, cell: str, conventions: Conventions, country: str) -> list[str]:
    """The numbers of a cell that is more than one number; [] when a part of it is none."""
    text = EXTENSION.sub("", cell)
    parts = [part for part in SEVERAL.split(COMMENT.sub(" ", text)) if part.strip()]
    if len(parts) == 1 and parts[0] == cell:
        return numbers_within(cell)
    try:
        return [str(one.read(part, conventions, country)) for part in parts]
    except UserError:
        return numbers_within(text)


def order_of(name: str, cell: str, numbers: list[str], number: str) -> tuple[str, ...]:
    """The fields that fit a number of that column's cell, the best first."""
    if name not in PHONES:
        return (name,)
    if len(numbers) == 1:
        return ("phone_work", name) if WORK.search(fold(cell)) else (name,)
    if is_mobile(number):
        return ("phone_mobile", "phone_home", "phone_work")
    first = "phone_work" if name == "phone_work" else "phone_home"
    return (first, "phone_home", "phone_work", "phone_mobile")


def of_two_people(cell: str, numbers: list[str]) -> bool:
    """Two mobiles, two fixed lines, or notes that name somebody: the second number may be another person's."""
    mobiles = sum(map(is_mobile, numbers))
    return 1 < len(numbers) <= len(PHONES) and (
        max(mobiles, len(numbers) - mobiles) > 1 or bool(PEOPLE.search(fold(cell)))
    )


def whose(name: str, title: str) -> Question:
    return Question(
        f"second-numbers:{name}",
        UserError(
            "Des cellules de la colonne « {column} » ont plusieurs numéros. À qui sont les suivants ?", column=title
        ),
        (
            Choice("same", UserError("À la même personne : les garder dans ses autres champs de téléphone")),
            Choice(FIRST, UserError("À quelqu’un d’autre, ou on ne le sait pas : garder le premier seulement")),
        ),
        column=title,
    )
