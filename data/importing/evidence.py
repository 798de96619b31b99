"""What the values of a column look like: titles are believed only as far as the values below them agree."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from data.core.errors import UserError
from data.core.fields import fold, read_date, tidy, towns
from data.core.spreadsheets import Cell, shown
from data.importing.columns import Field

MAX_CELLS = 200  # read of each column
ENOUGH = 0.5  # share of the values that must be possible under a title
TELLING = 0.8  # share that says what a column is, whatever its title
GROWN = 0.9  # share of the dates that are adults', in a column of theirs
CHILD_YEARS = 16
DAY = re.compile(r"\d{1,4}[/. \-]\d{1,2}[/. \-]\d{2,4}([ T].*)?")
SCHOOL = re.compile(  # a class, or a cycle, of a school: the conservatoire's are « 2e cycle », « 1re année »
    r"ps|ms|gs|cp|ce ?[12]|cm ?[12]|[3-6] ?(?:e|eme)(?: ?(?!cycle|annee)[a-z0-9]{1,2})?|2nde?|"
    r"(?:ter|term)(?:minale)?|maternelle|elementaire|cycle (?:i{1,3}|iv)"
)


@dataclass(frozen=True)
class Values:
    """The filled cells of a column, as texts, and the days among them."""

    texts: tuple[str, ...]
    days: tuple[date, ...]

    @staticmethod
    def of(cells: Sequence[Cell]) -> "Values":
        filled = [cell for cell in cells[:MAX_CELLS] if cell not in (None, "") and str(cell).strip(" -")]
        days = (_day(cell) for cell in filled)
        return Values(tuple(tidy(shown(cell)) for cell in filled), tuple(day for day in days if day))

    def share(self, pattern: str) -> float:
        return sum(bool(re.search(pattern, text)) for text in self.texts) / len(self.texts) if self.texts else 0.0

    @property
    def emails(self) -> float:
        return self.share(r"\w@\w")

    @property
    def phones(self) -> float:
        other = r"[@€]|[A-Za-z]{3}.*[A-Za-z]{3}|^[A-Z]{2}\d{2}|^(?!00|0[1-9])\d{11,}"  # an IBAN, a number of social security
        like = (
            8 < _figures(text) < 30
            and not (":" in text and DAY.fullmatch(text))
            and not re.search(other, text.partition("(")[0])
            for text in self.texts
        )
        return sum(like) / max(1, len(self.texts))

    @property
    def postcodes(self) -> float:
        return sum(bool(towns(text.zfill(5))) for text in self.texts if text.isdecimal()) / max(1, len(self.texts))

    @property
    def amounts(self) -> float:
        return self.share(r"^-?[\d .\u202f\u00a0]+([,.]\d{1,2})?\s*(€|EUR)$|^-?\d[\d .\u202f\u00a0]*,\d{1,2}$")

    @property
    def figures(self) -> float:
        return self.share(r"\d")

    @property
    def words(self) -> float:
        """Several words without figure: names, sentences."""
        return sum(" " in text and not _figures(text) for text in self.texts) / max(1, len(self.texts))

    @property
    def of_schools(self) -> float:
        return sum(bool(SCHOOL.fullmatch(fold(text))) for text in self.texts) / max(1, len(self.texts))

    def answers(self, one: Field) -> float:
        """Points for a choice whose answers the values are: « Type » is what the values say."""
        if not one.kind.options or not self.texts:
            return 0.0
        return sum(_reads(one, text) for text in self.texts[:20]) / len(self.texts[:20])

    def of_children(self, today: date) -> bool:
        young = [day for day in self.days if day.year >= today.year - CHILD_YEARS]
        return len(self.days) > 0 and len(young) >= TELLING * len(self.days)

    def can_be_adults(self, today: date | None) -> bool:
        """Whether the days can be birth dates of adults: nearly nobody is a child."""
        young = [day for day in self.days if today and day.year >= today.year - CHILD_YEARS]
        return len(young) <= (1 - GROWN) * len(self.days)


def _day(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str) or not DAY.fullmatch(cell.strip()):
        return None
    try:
        return read_date(cell.strip().split(" 00:")[0])
    except UserError:
        return None


def _reads(one: Field, text: str) -> bool:
    try:
        return one.kind.read(text) not in ("", None)
    except UserError:
        return False


def _figures(text: str) -> int:
    return sum(char.isdecimal() for char in text)


def agrees(one: Field, values: Values, title: str, today: date | None, *, adults: bool) -> bool:
    """False when what stands in a column cannot be what its title says. `adults`: the column is an adult's."""
    if not values.texts:
        return True
    if one.name.endswith("birth_date") and adults and today and values.of_children(today):
        return False
    if one.name.endswith(("cycle", "level")) and values.of_schools >= ENOUGH:
        return False
    if _is_key(one) and (values.words >= ENOUGH or (title in BARE and values.figures < ENOUGH)):
        return False
    if _is_key(one) and title in BARE and values.share(SEVERAL_WORDS) >= ENOUGH:
        return False
    return _form_agrees(one, values)


def _is_key(one: Field) -> bool:
    return one.name in {"number", "family"} or (one.name == "pupil" and one.key)


SEVERAL_WORDS = r"[^\W\d_]{3,}\s+[^\W\d_]{3,}|[^\W\d_]{2,} *[(,]"  # « Léna (2013), Jonas (2016) »
BARE = {
    "famille",
    "client",
    "tiers",
    "eleve",
    "foyer",
    "facture",
    "piece",
    "cours",
}  # titles that are a number's, or a name's


def _form_agrees(one: Field, values: Values) -> bool:
    if one.name.endswith("email"):
        return values.emails >= ENOUGH
    if one.form == "phone":
        return values.share(r"\d.*\d.*\d.*\d") >= ENOUGH and values.emails < ENOUGH
    if one.form in {"postcode", "money", "hundredths", "number", "day"}:
        return values.figures >= ENOUGH and values.emails < ENOUGH
    if one.name.endswith(("last_name", "first_name", "birth_name", "town")):
        return values.share(r"[^\W\d_]") >= ENOUGH and values.emails < ENOUGH and values.share(r"^\d+$") < ENOUGH
    return True
