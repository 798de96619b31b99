"""A post code and a town that share a cell, or stand in the address: each goes where it belongs, or what contradicts itself is told."""

import re
from typing import NamedTuple

from data.core.errors import UserError
from data.core.fields import fold, is_doubtful, towns
from data.importing.name_cells import read_address

CODE_FIRST = re.compile(r"(?:F ?- ?)?(\d{2} ?\d{3})[\s,–-]+([^\W\d].*)", re.IGNORECASE)
CODE_LAST = re.compile(r"([^\W\d][^\d(]*?)[\s,–-]*\(?(?:F ?- ?)?(\d{2} ?\d{3})\)?", re.IGNORECASE)
DEPARTMENT = re.compile(r"(.+?)\s*\((\d{2,3}|2[AB])\)", re.IGNORECASE)


class Place(NamedTuple):
    """As the cells have it: texts, "" for nothing."""

    address: str = ""
    postcode: str = ""
    town: str = ""


def split(typed: Place) -> tuple[Place, UserError | None]:
    """Each where it belongs, and what a person must look at; UserError when a town's own cell says another post code."""
    code, town = _of_postcode(typed.postcode, typed.town)
    code, town = _of_town(code, town)
    return _of_address(Place(typed.address, code, town))


def _of_postcode(code: str, town: str) -> tuple[str, str]:
    """« 57000 Metz » in the post code's cell."""
    found = CODE_FIRST.fullmatch(code)
    if not found or (town and fold(town) != fold(found[2])):
        return code, town
    return found[1].replace(" ", ""), town or found[2]


def _of_town(code: str, town: str) -> tuple[str, str]:
    """« 57000 Metz », « Metz 57000 », « Metz (57) »."""
    if found := CODE_FIRST.fullmatch(town):
        return _with_code(code, found[1], found[2], town)
    if found := CODE_LAST.fullmatch(town):
        return _with_code(code, found[2], found[1], town)
    if found := DEPARTMENT.fullmatch(town):
        _agree(code, found[2], town)
        return code, found[1]
    return code, town


def _with_code(code: str, said: str, name: str, town: str) -> tuple[str, str]:
    digits = said.replace(" ", "")
    _agree(code, digits, town)
    return code or digits, name


def _agree(code: str, said: str, town: str) -> None:
    """Corsica's departments have letters, its post codes none."""
    digits = re.sub(r"2[AB]", "20", said, flags=re.IGNORECASE)
    if code and not code.zfill(5).startswith(digits):
        raise UserError(
            "« {town} » ne va pas avec le code postal de la ligne, {postcode}. Gardez le bon.",
            town=town[:60],
            postcode=code,
        )


def _of_address(place: Place) -> tuple[Place, UserError | None]:
    """« 3 rue Haute 57000 Metz »: the post code and the town leave the address, once they are sure to be ones."""
    found = read_address(place.address)
    street, code, town = found.address, found.postcode, found.town
    if not found.whole:
        if not (alone := CODE_FIRST.fullmatch(place.address)):
            return place, None
        street, code, town = "", alone[1].replace(" ", ""), alone[2]
    if not place.postcode and not place.town:
        if towns(code) and not is_doubtful(code, "FR", town):
            return Place(street, code, town), None
        return place, UserError(
            "Le code postal et la ville sont dans l’adresse : « {address} ».", address=place.address[:80]
        )
    if place.postcode.zfill(5) == code or (not place.postcode and fold(place.town) == fold(town)):
        return Place(street, place.postcode or code, place.town or town), None
    return place, UserError(
        "L’adresse « {address} » ne va pas avec la ville de la ligne, {postcode} {town}.",
        address=place.address[:80],
        postcode=place.postcode,
        town=place.town,
    )
