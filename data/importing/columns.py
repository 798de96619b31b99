"""What a column of a file is: said once. Imports, exports, models and the guess of titles all come from here.

Kinds that records have and records of families have not: amounts (whole cents), hundredths, hours, durations, school years.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlmodel import SQLModel

from data.core import fields
from data.core.countries import ALSO, countries
from data.core.days import TOGETHER, no_day, read_hour
from data.core.errors import UserError
from data.core.fields import EditableField, Kind, editables
from data.core.i18n import LANGUAGES, _, translate_or_same
from data.core.phones import FRENCH_PLAN, usual_number
from data.core.plain_text import fold, tidy, tidy_lines
from data.core.spreadsheets import Cell, Phone
from data.importing.conventions import (
    DASH,
    EURO,
    UNKNOWN_DAY,
    Conventions,
    counted,
    day_counted,
    plain_amount,
    read_day_of,
    serial_day,
)
from data.importing.value_reading import (
    WEEKDAYS,
    read_flag,
    read_hundredths,
    read_minutes,
    read_number,
    read_seconds,
    read_weekday,
    read_year,
)

YEARS = range(1900, 2101)  # alone in a cell
SCIENTIFIC = re.compile(r"[+-]?\d+([.,]\d+)?[eE]([+-]?\d+)")
REWRITTEN = re.compile(r"\d([.,]\d+)?[eE]\+\d{2,}")  # as spreadsheets write it: a class « 6E2 » is none
AS_TEXT = re.compile(r"""^(="?|')(\d+)"?$""")  # ="00123", '00123: how a spreadsheet is told that it is text
PART_NUMBER = re.compile(r"\d+,\d+")  # what a spreadsheet made of a key that it took for a number
MAX_YEARS_BEFORE, MAX_YEARS_AFTER = 80, 3  # of a school year
EXACT = 10**15  # a spreadsheet keeps fifteen figures
PLAIN = Conventions()


@dataclass(frozen=True, eq=False)  # a column is itself: kinds hold dictionaries
class Field:
    """A column. `form` says how a spreadsheet holds it: text, number, money, hundredths, day, hour, phone."""

    name: str
    label: str
    kind: Kind
    also: tuple[str, ...] = ()  # titles that other programs give it
    required: bool = False
    key: bool = False  # names the record: a second import finds it again
    form: str = "text"
    length: int = 200
    example: str = ""
    editable: EditableField | None = None
    least: int | None = None  # of numbers, as they are kept: what is under it, or above `most`, is none
    most: int | None = None
    only_read: bool = False  # files may say it, ours have other words for it
    group: str = ""  # of a line about several people, whose column it is: adult1, pupil2

    def read(self, cell: Cell, conventions: Conventions = PLAIN, country: str = "") -> Any:
        """The value of a cell, in a line whose person lives in that country ("" when nothing says); UserError with the mend."""
        cell = counted(cell, conventions) if self.form == "day" else cell
        typed = self._text(cell)
        if typed and self.form in {"phone", "postcode"} and country in FRENCH_PLAN:
            lost = isinstance(cell, int) and str(cell)[:1] in {"6", "7"} and self.form == "phone"
            typed = _with_zero(typed, self.form, conventions.zeros or lost)
            if self.form == "phone" and self.editable is not None and (usual := usual_number(typed)):
                return usual
        if typed and self.form == "day":
            return read_day_of(cell, typed, conventions)
        if typed and self.form in {"money", "hundredths"} and isinstance(cell, str):
            nothing = self.form == "money" and DASH.fullmatch(EURO.sub("", typed))
            typed = "0" if nothing else plain_amount(typed, conventions)
        if self.editable is not None and not isinstance(self.kind, _Loose):
            return self.editable.read(typed, country or "FR")
        value = self.kind.read_in(typed, country or "FR") if self.kind.read_in else self.kind.read(typed)
        self._check_bounds(typed, value, conventions.today)
        if isinstance(value, str) and len(value) > self.length:
            raise UserError("{count} caractères, c’est trop : {most} au plus.", count=len(value), most=self.length)
        return value

    def _check_bounds(self, typed: str, value: object, today: date) -> None:
        """A school year is not of another century, a mark out of twenty not 21."""
        if self.kind is YEAR and isinstance(value, str) and value and today != UNKNOWN_DAY:
            ahead = int(value[:4]) - today.year
            if not -MAX_YEARS_BEFORE <= ahead <= MAX_YEARS_AFTER:
                why = _("« {typed} » : vérifiez l’année scolaire. Écrivez-la ainsi : 2026-2027.")
                raise UserError(why, typed=typed[:40])
        if not isinstance(value, int) or isinstance(value, bool):
            return
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            scale = 100 if self.form in {"money", "hundredths"} else 1
            bounds = {"least": (self.least or 0) / scale, "most": (self.most or 0) / scale}
            if self.most is None:
                raise UserError(
                    "« {typed} » : il faut {least} au moins.", typed=typed[:40], least=f"{bounds['least']:g}"
                )
            raise UserError("« {typed} » : il faut un nombre de {least} à {most}.", typed=typed[:40],
                            least=f"{bounds['least']:g}", most=f"{bounds['most']:g}")  # fmt: skip

    @property
    def answers(self) -> Mapping[str, str]:
        """Of a choice that files write in their own words: key -> label."""
        return self.kind.options if isinstance(self.kind, _Loose) else {}

    def _text(self, cell: Cell) -> str:
        """The cell as somebody would type it; what a spreadsheet made of it is explained."""
        if cell is None:
            return ""
        if isinstance(cell, bool):
            return "oui" if cell else "non"
        if isinstance(cell, datetime | date) and self.form == "day":
            return cell.strftime("%d/%m/%Y")
        if isinstance(cell, datetime | time) and self.form == "hour":
            return cell.strftime("%H:%M")
        if isinstance(cell, timedelta) and self.form == "hour":
            return f"{cell.seconds // 3600}:{cell.seconds // 60 % 60:02d}"
        if isinstance(cell, datetime | date | time):
            raise UserError(
                "Le tableur a lu ici une date ou une heure. Mettez cette colonne au format texte, et corrigez."
            )
        if isinstance(cell, int | float | Decimal):
            return self._number(cell)
        text = tidy(cell) if self.form != "lines" else tidy_lines(cell)
        numeric = self.form in {"number", "money", "hundredths"}
        if (SCIENTIFIC if numeric else REWRITTEN).fullmatch(text) and self.form != "lines":
            raise UserError(
                "Le tableur a réécrit ce nombre sous forme abrégée ({typed}). Mettez la colonne au format texte, et corrigez.",
                typed=text[:30],
            )
        if self.form == "day" and serial_day(text):
            raise _serial(float(text.replace(",", ".")))
        if self.key and self.form == "text" and PART_NUMBER.fullmatch(text):
            raise UserError("« {typed} » n’est pas un numéro : il a une virgule.", typed=text[:40])
        return AS_TEXT.sub(r"\2", text)

    def _number(self, cell: int | float | Decimal) -> str:
        """A number as somebody would type it; a spreadsheet keeps an hour as a part of the day, and a day as a number of days."""
        if self.form == "day" and not TOGETHER.fullmatch(str(cell)):
            raise _serial(float(cell))
        if self.form == "hour" and 0 <= cell < 1:
            minutes = round(float(cell) * 1440)
            return f"{minutes // 60}:{minutes % 60:02d}"
        if abs(float(cell)) >= EXACT:
            raise UserError(
                "Le tableur a perdu les derniers chiffres de ce nombre ({typed}). Mettez la colonne au format texte, et exportez à nouveau.",
                typed=f"{cell:.5E}",
            )
        text = repr(cell) if not isinstance(cell, Decimal) else str(cell)
        return text.replace(".", ",") if "e" not in text else f"{cell:f}"

    def cell(self, value: Any) -> Cell:
        """A value as a spreadsheet holds it."""
        if value is None or value == "":
            return None
        if self.form in {"money", "hundredths"}:
            return Decimal(value).scaleb(-2)
        if self.form in {"day", "hour", "number"} and not isinstance(value, str):
            return value
        text = self.kind.format_value(self.kind.show(value), "fr")
        return Phone(text) if self.form == "phone" else text


@dataclass(frozen=True)
class _Loose(Kind):
    """A choice, or a list of countries, that other programs write in their own ways."""


def _serial(number: float) -> UserError:
    if not 1 <= number < 100_000 or number in YEARS:
        return no_day(f"{number:g}")
    day = day_counted(number)
    return UserError(
        "« {number} » est une date du tableur, enregistrée comme un nombre ({day} ?). Mettez la colonne au format date.",
        number=f"{number:g}".replace(".", ","),
        day=f"{day:%d/%m/%Y}",
    )


def _with_zero(typed: str, form: str, zeros: bool) -> str:
    bare = re.sub(r"[\s.]", "", typed)
    if not re.fullmatch(r"[1-9]\d{8}" if form == "phone" else r"[1-9]\d{3}", bare):
        return typed
    if zeros:
        return "0" + bare
    raise UserError(
        "Le tableur a retiré le zéro du début ({mended} ?). Cochez « Rétablir les zéros », ou mettez la colonne au format texte.",
        mended="0" + bare,
    )


# Kinds


def loose(kind: Kind, also: Mapping[str, str]) -> Kind:
    """The choice, read without accents nor capitals, and in other programs' words: fold(word) -> key."""
    known = {
        fold(word): key for key, label in kind.options.items() for word in (key, label, translate_or_same(label, "en"))
    } | dict(also)

    def read(typed: str) -> str:
        if not typed:
            return ""
        found = known.get(fold(typed).rstrip("."))
        if found is None:
            raise UserError(
                "« {typed} » n’est pas une réponse connue. Réponses : {answers}.", typed=typed[:40], answers=answers
            )
        return str(found)  # plain text, whatever the key is a member of

    answers = ", ".join(kind.options.values())
    return _Loose(kind.control, read=read, show=kind.show, format_value=kind.format_value, options=kind.options)


def pick(options: Mapping[str, str], also: Mapping[str, str] | None = None) -> Kind:
    """One of these, key -> French word: only ever written in files, never shown on a screen."""
    return loose(
        Kind("choice", options=options, format_value=lambda shown, language: options.get(shown, shown)), also or {}
    )


MEANS = {
    "chq": "Chèque", "chq.": "Chèque", "ch": "Chèque", "cheque": "Chèque", "cb": "Carte bancaire", "carte": "Carte bancaire",
    "carte bleue": "Carte bancaire", "esp": "Espèces", "especes": "Espèces", "liquide": "Espèces", "prlv": "Prélèvement",
    "prel": "Prélèvement", "prelevt": "Prélèvement", "prelevement": "Prélèvement", "sepa": "Prélèvement", "vir": "Virement",
    "virt": "Virement", "vrt": "Virement", "virement": "Virement", "ancv": "Chèques-vacances", "cv": "Chèques-vacances",
}  # fmt: skip


def _read_means(typed: str) -> str:
    """How somebody paid: the short forms of other programs written out, anything else as it is."""
    return MEANS.get(fold(typed).rstrip("."), typed)


@lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    return ALSO | {
        _words(word): code
        for language in LANGUAGES
        for code, name in countries(language).items()
        for word in (code, name)
    }


def _words(text: str) -> str:
    return re.sub(r"[\W_]+", " ", fold(text)).strip()


def _read_country(typed: str) -> str:
    found = _country_names().get(_words(typed)) if typed else "FR"
    if found is None:
        raise UserError("Ce pays est inconnu. Écrivez son nom en entier, ou son code de deux lettres.")
    return found


NUMBER = Kind("text", read=read_number)
PAYMENT_MEANS = Kind("text", read=_read_means)
MONEY = Kind("text", read=read_hundredths, format_value=lambda shown, language: _decimal(shown))
HUNDREDTHS = Kind("text", read=read_hundredths, format_value=lambda shown, language: _decimal(shown))
HOUR = Kind("text", read=read_hour, show=lambda value: value.strftime("%H:%M") if value else "")
MINUTES = Kind("text", read=read_minutes)
SECONDS = Kind("text", read=read_seconds)
YEAR = Kind("text", read=read_year)
WEEKDAY = Kind(
    "text", read=read_weekday, format_value=lambda shown, language: WEEKDAYS[int(shown) - 1] if shown else ""
)
FLAG = Kind("choice", read=read_flag, show=lambda value: "oui" if value else "non")
LINES = Kind("textarea", read=tidy_lines)
COUNTRY = _Loose("country", read=_read_country, format_value=fields.COUNTRY.format_value)
YES_NO = loose(
    fields.YES_NO, {"o": "oui", "n": "non", "1": "oui", "0": "non", "x": "oui", "vrai": "oui", "faux": "non"}
)
FORMS: tuple[tuple[Kind, str], ...] = (
    (NUMBER, "number"),
    (MONEY, "money"),
    (HUNDREDTHS, "hundredths"),
    (HOUR, "hour"),
    (MINUTES, "number"),
    (SECONDS, "number"),
    (fields.DATE, "day"),
    (fields.PHONE, "phone"),
    (fields.POSTCODE, "postcode"),
    (LINES, "lines"),
)


def _decimal(shown: str) -> str:
    return f"{Decimal(shown).scaleb(-2)}".replace(".", ",") if shown else ""


def column(name: str, label: str, kind: Kind = fields.TEXT, *also: str, **more: Any) -> Field:
    form = next((form for known, form in FORMS if known is kind), "text")
    return Field(name, label, kind, also=also, **{"form": form, **more})


def of_table(
    table: type[SQLModel],
    also: Mapping[str, tuple[str, ...]],
    kinds: Mapping[str, Kind],
    *,
    but: tuple[str, ...] = (),
    examples: Mapping[str, str] | None = None,
) -> tuple[Field, ...]:
    """The columns of a table that families may edit, as its own marks describe them; `kinds` are read more loosely."""
    found = []
    for name, one in editables(table).items():
        if name in but:
            continue
        made = column(name, one.mark.label, one.kind, *also.get(name, ()), required=one.mark.required)
        made = replace(made, length=one.length, editable=one, example=(examples or {}).get(name, ""))
        found.append(replace(made, kind=kinds[name]) if name in kinds else made)
    return tuple(found)


Reader = Callable[[Cell], Any]
