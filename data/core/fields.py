"""What a field is: said once, on its column. How it is read from a person, kept as text, and told to one."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from data.core import phones
from data.core.countries import countries
from data.core.days import read_day
from data.core.email_addresses import read_address
from data.core.errors import UserError
from data.core.i18n import LANGUAGES, Language, _, translate
from data.core.plain_text import fold, sign_of_name, tidy

NOT_A_NAME = re.compile(r"[^\w\s’'.,()\-/·]|[\d_]")  # « Gal·la »
NOT_A_PLACE = re.compile(r"[^\w\s’'.,()\-/·°&]|_")  # « Paris 14e », « Metz Cedex 1 »


@dataclass(frozen=True)
class Kind:
    """`read` a person's typing (UserError says what is wrong), `show` as kept and compared, `publish` for the eye.

    read(show(x)) == x and read(tell(show(x))) == x for every x that `read` gives; a photo is only named, not told.
    """

    control: str
    read: Callable[[str], Any] = tidy
    show: Callable[[Any], str] = lambda value: "" if value is None else str(value)
    format_value: Callable[[str, Language], str] = lambda shown, language: shown
    options: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    read_in: Callable[[str, str], Any] | None = None  # the same, where the person's country counts


NO_NAME = "-"  # kept where a person has no such name
UNNAMED = re.compile(r"[-.]+|xx+|snp|s\.n\.p\.?|spn|n/a|sans pre?nom|sans nom|neant")


def _read_name(typed: str, unfit: re.Pattern[str] = NOT_A_NAME) -> str:
    text = sign_of_name(tidy(typed))
    for found in unfit.finditer(text):
        if not unicodedata.category(found[0]).startswith("M"):  # an accent that no letter holds: Adébáyọ̀
            raise UserError(
                "Le caractère « {character} » ne va pas dans un nom. Retirez-le, ou écrivez la lettre qu’il remplace.",
                character=found[0],
            )
    return text


def _read_person_name(typed: str) -> str:
    """A name; what offices write where there is none (« - », « XXX », « SNP ») is one sign, and a person may have one name."""
    text = _read_name(typed)
    return NO_NAME if UNNAMED.fullmatch(fold(text)) else text


def full_name(first: str, last: str) -> str:
    """« Claire Aubry », of a person who has one name that one."""
    return " ".join(each for each in (first, last) if each and each != NO_NAME)


def called(first: str, last: str) -> str:
    """What a person is called by: the first name, or the only one."""
    return first if first and first != NO_NAME else last if last != NO_NAME else ""


def _read_place(typed: str) -> str:
    return _read_name(typed, NOT_A_PLACE)


def read_date(typed: str) -> date | None:
    return read_day(tidy(typed))


def _format_date(shown: str, language: Language) -> str:
    return f"{shown[8:]}/{shown[5:7]}/{shown[:4]}" if shown else ""


def _read_phone(typed: str, country: str = "FR") -> str:
    return phones.read_phone(tidy(typed), country)


def read_email(typed: str) -> str:
    return read_address(tidy(typed))


def _read_postcode(typed: str) -> str:
    """« 57 000 », « F-57000 » are 57000; other countries' are kept as they are written."""
    text = tidy(tidy(typed).upper())
    french = re.fullmatch(r"(?:(?:FR?)[\s-]*)?(\d{2})\s?(\d{3})", text)
    return french[1] + french[2] if french else text


def _read_country(typed: str) -> str:
    """A code, or the country's name in either language."""
    for language in LANGUAGES:
        for code, name in countries(language).items():
            if typed in {code, name}:
                return code
    raise UserError("Choisissez un pays de la liste.")


def choice(options: Mapping[str, str], hint: str = "") -> Kind:
    """One of `options`, kept key -> sentence; "" when the person has not said."""

    def read(typed: str) -> str:
        for key, label in options.items():
            if typed in {key, label, translate(label, "en")}:
                return key
        if typed:
            raise UserError("Choisissez une réponse de la liste.")
        return ""

    return Kind(
        "choice",
        read=read,
        options=options,
        hint=hint,
        format_value=lambda shown, language: translate(options[shown], language) if options.get(shown) else "",
    )


TEXT = Kind("text")
NAME = Kind("text", read=_read_name)
PERSON_NAME = Kind("text", read=_read_person_name)
DATE = Kind(
    "date",
    read=read_date,
    show=lambda value: value.isoformat() if value else "",
    format_value=_format_date,
    hint=_("jj/mm/aaaa"),
)
PHONE = Kind("tel", read=_read_phone, format_value=phones.format_phone, read_in=_read_phone)
EMAIL = Kind("email", read=read_email)
POSTCODE = Kind("postcode", read=_read_postcode)
PLACE = Kind("text", read=_read_place)
TOWN = Kind("town", read=_read_place)
COUNTRY = Kind(
    "country", read=_read_country, format_value=lambda shown, language: countries(language).get(shown, shown)
)
# Kept as the name of a file the family gave (data/families/stored_files.py).
PHOTO = Kind("photo", format_value=lambda shown, language: translate("photo envoyée", language) if shown else "")
YES_NO = choice({"oui": _("Oui"), "non": _("Non")})


@dataclass(frozen=True)
class Editable:
    """A field that a family may ask to change: its words, its place in the record, its kind."""

    label: str
    section: str
    kind: Kind = TEXT
    span: int = 4  # of the record's 12 columns
    autocomplete: str = ""
    required: bool = False


@dataclass(frozen=True)
class EditableField:
    """An Editable with the name and the length of its column."""

    name: str
    mark: Editable
    length: int

    @property
    def kind(self) -> Kind:
        return self.mark.kind

    def read(self, typed: object, country: str = "FR") -> Any:
        """The value of what a person typed, who lives in that country; UserError with words when it cannot be one."""
        if not isinstance(typed, str):
            raise UserError("Cette réponse n’a pas pu être lue. Saisissez-la à nouveau.")
        value = None
        if len(typed) <= self.length:
            value = self.kind.read_in(typed, country) if self.kind.read_in else self.kind.read(typed)
        longest = max(len(typed), len(self.kind.show(value)))  # Unicode's normal form may be the longer one
        if longest > self.length:
            raise UserError("{count} caractères, c’est trop : {most} au plus.", count=longest, most=self.length)
        return value

    def shown(self, row: SQLModel) -> str:
        return self.kind.show(getattr(row, self.name))

    def format_value(self, shown: str, language: Language = "fr") -> str:
        return self.kind.format_value(shown, language)


@lru_cache(maxsize=32)
def editables(table: type[SQLModel]) -> dict[str, EditableField]:
    """Field name -> what it is, in the record's order."""
    found = {}
    for name, column in table.model_fields.items():
        for mark in column.metadata:
            if isinstance(mark, Editable):
                length = next((m.max_length for m in column.metadata if hasattr(m, "max_length")), 200)
                found[name] = EditableField(name, mark, length)
    return found


def check_postcode(postcode: str, country: str, town: str = "") -> None:
    """UserError when a French post code has not five digits or no such department; free to 10 characters elsewhere.

    « 00200 HUB ARMEES » is that of soldiers.
    """
    if country in {"", "FR"} and postcode:
        if not re.fullmatch(r"\d{5}", postcode):
            raise UserError("Un code postal français a cinq chiffres. Exemple : 57220.")
        army = postcode.startswith("00") and (postcode == "00200" or "armee" in fold(town))
        if postcode[:2] in {"00", "96", "99"} and not army:
            raise UserError("Ce code postal n’existe pas en France. Vérifiez-le.")


@lru_cache(maxsize=1)
def _towns() -> dict[str, tuple[str, ...]]:
    lines = (Path(__file__).parents[1] / "reference" / "postcodes.tsv").read_text(encoding="utf-8").splitlines()
    return {code: tuple(names) for code, *names in (line.split("\t") for line in lines)}


def is_doubtful(postcode: str, country: str, town: str) -> bool:
    """Whether the towns of that French post code are known, and that is none of them. « Cedex » has codes of its own."""
    known = towns(postcode) if country in {"", "FR"} else ()
    name = _plain_town(town)
    return bool(known and name) and "cedex" not in name and all(_plain_town(each) != name for each in known)


def _plain_town(town: str) -> str:
    """« St-Étienne » and « SAINT ETIENNE » are one."""
    return re.sub(
        r"\bste?\b", lambda found: found[0].replace("st", "saint"), fold(town).replace("-", " ").replace("'", " ")
    )


def towns(postcode: str) -> tuple[str, ...]:
    """The towns of a French post code, () when unknown."""
    return _towns().get(postcode, ())
