"""What a field is: said once, on its column. How it is read from a person, kept as text, and told to one."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import phonenumbers
from babel import Locale
from email_validator import EmailNotValidError, validate_email
from sqlmodel import SQLModel

from data.core.errors import UserError
from data.core.i18n import LANGUAGES, Language, translate

# Controls, zero-width, direction-changing, tag characters and lone surrogates.
INVISIBLE = re.compile(
    "[\u0000-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
NOT_A_NAME = re.compile(r"[^\w\s’'.,()\-–/]|[\d_]")
NOT_A_PLACE = re.compile(r"[^\w\s’'.,()\-–/°&]|_")  # « Paris 14e », « Metz Cedex 1 »


def tidy(text: str) -> str:
    """NFC, without control, zero-width and direction-changing characters, spaces folded."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    visible = INVISIBLE.sub(lambda found: " " if found[0] in "\t\r\n" else "", text)
    return " ".join(unicodedata.normalize("NFC", visible).split())


def tidy_lines(text: str) -> str:
    """As `tidy`, a line at a time: what is written in a large field."""
    return "\n".join(tidy(line) for line in text.splitlines()).strip()


def fold(text: str) -> str:
    """For searching and sorting: accents and case do not matter, « œ » is « oe », « ’ » is what a keyboard types."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "'"))
    return "".join(char for char in plain if not unicodedata.combining(char))


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


def _read_name(typed: str, unfit: re.Pattern[str] = NOT_A_NAME) -> str:
    text = tidy(typed)
    for found in unfit.finditer(text):
        if not unicodedata.category(found[0]).startswith("M"):  # an accent that no letter holds: Adébáyọ̀
            raise UserError("Le caractère « {character} » ne va pas dans un nom. Retirez-le.", character=found[0])
    return text


def _read_place(typed: str) -> str:
    return _read_name(typed, NOT_A_PLACE)


def read_date(typed: str) -> date | None:
    """A day from 04/05/2012, 4-5-2012, 04052012 or 2012-05-04; UserError when the calendar has no such day."""
    text = tidy(typed)
    if not text:
        return None
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
    parts = found.groups()[::-1] if found else None
    if not parts and (
        found := re.fullmatch(r"(\d{1,2})[/. \-](\d{1,2})[/. \-](\d{4})", text)
        or re.fullmatch(r"(\d{2})(\d{2})(\d{4})", text)
    ):
        parts = found.groups()
    if not parts:
        raise UserError("Écrivez la date ainsi : 16/06/2012.")
    try:
        return date(int(parts[2]), int(parts[1]), int(parts[0]))
    except ValueError:
        raise UserError("Le {typed} n’existe pas. Vérifiez le jour et le mois.", typed=text) from None


def _format_date(shown: str, language: Language) -> str:
    return f"{shown[8:]}/{shown[5:7]}/{shown[:4]}" if shown else ""


def _read_phone(typed: str) -> str:
    text = tidy(typed)
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        number = None
    known = number is not None and phonenumbers.is_possible_number(number) and not re.search("[A-Za-z]", text)
    if (
        number is None or not known or _e164(phonenumbers.parse(_e164(number))) != _e164(number)
    ):  # it would lose a digit
        raise UserError("Ce numéro n’est pas complet. Exemple : 06 12 34 56 78, ou +41 21 123 45 67.")
    return _e164(number)


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _format_phone(shown: str, language: Language) -> str:
    if not shown.startswith("+"):
        return shown
    number = phonenumbers.parse(shown)
    french = number.country_code == 33
    style = phonenumbers.PhoneNumberFormat.NATIONAL if french else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def read_email(typed: str) -> str:
    """A deliverable form of the address, its domain in lower case and punycode; UserError otherwise."""
    text = tidy(typed)
    if not text:
        return ""
    try:
        checked = validate_email(text, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        raise UserError("Cette adresse e-mail n’est pas complète. Exemple : prenom.nom@example.org.") from None
    if "." not in checked.domain or not checked.ascii_email:
        raise UserError("Cette adresse e-mail n’est pas complète. Exemple : prenom.nom@example.org.")
    return checked.ascii_email


@lru_cache(maxsize=2)
def countries(language: Language = "fr") -> dict[str, str]:
    """ISO code -> the country's name in that language, by name, France first (Unicode CLDR, through Babel)."""
    names = Locale(language).territories
    found = sorted((name, code) for code, name in names.items() if re.fullmatch("[A-Z]{2}", code) and code < "XA")
    return {"FR": names["FR"]} | {code: name for name, code in found if code != "FR"}


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
DATE = Kind(
    "date",
    read=read_date,
    show=lambda value: value.isoformat() if value else "",
    format_value=_format_date,
    hint="jj/mm/aaaa",
)
PHONE = Kind("tel", read=_read_phone, format_value=_format_phone)
EMAIL = Kind("email", read=read_email)
POSTCODE = Kind("postcode", read=lambda typed: tidy(tidy(typed).upper()))
PLACE = Kind("text", read=_read_place)
TOWN = Kind("town", read=_read_place)
COUNTRY = Kind(
    "country", read=_read_country, format_value=lambda shown, language: countries(language).get(shown, shown)
)
# Kept as the name of a file the family gave (data/families/stored_files.py).
PHOTO = Kind("photo", format_value=lambda shown, language: translate("photo envoyée", language) if shown else "")
YES_NO = choice({"oui": "Oui", "non": "Non"})


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

    def read(self, typed: object) -> Any:
        """The value of what a person typed; UserError with words when it cannot be one."""
        if not isinstance(typed, str):
            raise UserError("Cette réponse n’a pas pu être lue. Saisissez-la à nouveau.")
        value = self.kind.read(typed) if len(typed) <= self.length else None
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


def check_postcode(postcode: str, country: str) -> None:
    """UserError when a French post code has not five digits or no such department; free to 10 characters elsewhere."""
    if country in {"", "FR"} and postcode:
        if not re.fullmatch(r"\d{5}", postcode):
            raise UserError("Un code postal français a cinq chiffres. Exemple : 57220.")
        if postcode[:2] in {"00", "96", "99"}:
            raise UserError("Ce code postal n’existe pas en France. Vérifiez-le.")


@lru_cache(maxsize=1)
def _towns() -> dict[str, tuple[str, ...]]:
    lines = (Path(__file__).parents[1] / "reference" / "postcodes.tsv").read_text(encoding="utf-8").splitlines()
    return {code: tuple(names) for code, *names in (line.split("\t") for line in lines)}


def towns(postcode: str) -> tuple[str, ...]:
    """The towns of a French post code, () when unknown."""
    return _towns().get(postcode, ())
