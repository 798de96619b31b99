"""How a column writes its values: told by all of them before any line is read, or by a person where they leave a doubt."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from data.core.days import FIGURES, MIDNIGHT, read_day
from data.core.errors import UserError
from data.core.i18n import _
from data.core.plain_text import tidy
from data.core.spreadsheets import Cell, shown
from data.importing.questions import Choice, Question, Questions

MOMENT = re.compile(r"(.*\d)[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?Z?")
HOUR = re.compile(r"[T ]\d{1,2}:.*$")
MINUTE = timedelta(minutes=1)
UNKNOWN_DAY = date.max  # nobody says which day it is
NO_DAY = date(1900, 1, 1)  # what a spreadsheet makes of nothing
MAX_YEARS_AHEAD = 40
SERIAL, SERIAL_DAY = re.compile(r"\d{5}(\.\d+)?"), date(1899, 12, 30)
LATE = 20  # hour from which a day of another time zone is meant
COMMA, DOT = ",", "."


class Unanswered(UserError):
    """A value that waits for a question's answer: no fault, and nothing is read."""

    def __init__(self) -> None:
        super().__init__(_("Cette valeur attend une réponse."))


@dataclass(frozen=True)
class Conventions:
    """`decimal` is « , » or « . », "" when nothing tells; `century` and `hours` are answers, "" when nothing asks."""

    zeros: bool = False  # post codes and telephones get back the zero that a spreadsheet took
    decimal: str = ""
    month_first: bool = False
    century: str = ""  # « past »: 12 is 2012 or 1912, never in the future; « near »: the century nearest to today
    hours: str = ""  # of late hours in a column of days: « next », « same »
    serials: str = ""  # « days »: 41712 is the 14th of March 2014
    today: date = UNKNOWN_DAY
    waits: frozenset[str] = frozenset()  # what is asked and not answered: amounts, months, years, hours, serials


def conventions_of(
    name: str, form: str, title: str, cells: Iterable[Cell], questions: Questions, *, zeros: bool, today: date
) -> Conventions:
    """Of one column, asked where its values leave a doubt."""
    asks = {"money": _amounts, "hundredths": _amounts, "day": _days}.get(form)
    found = asks(name, title, list(cells), questions, today) if asks else {}
    waits = frozenset(sort for sort, answer in found.items() if answer == "")
    return Conventions(
        zeros=zeros,
        decimal={"thousands": COMMA, "decimal": DOT}.get(found.get("amounts", ""), found.get("decimal", "")),
        month_first=found.get("months") == "month",
        century=found.get("years", ""),
        hours=found.get("hours", ""),
        serials=found.get("serials", ""),
        today=today,
        waits=waits,
    )


def _bare(cell: Cell) -> str:
    return re.sub(r"[\s'’€()+\-−]|EUR", "", cell) if isinstance(cell, str) else ""


def _amounts(name: str, title: str, cells: list[Cell], questions: Questions, today: date) -> dict[str, str]:
    """Which sign is the decimal one. « 1.500 » alone leaves it open; « 12,50 » or « 1.234,56 » in the same column tells."""
    texts = [bare for cell in cells if (bare := _bare(cell))]
    comma = any(re.fullmatch(r"[\d.]*,\d{1,2}", each) or re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", each) for each in texts)
    dot = any(re.fullmatch(r"[\d,]*\.\d{1,2}", each) or re.fullmatch(r"\d{1,3}(,\d{3}){2,}", each) for each in texts)
    doubtful = [each for each in texts if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", each)]
    if comma != dot:
        return {"decimal": COMMA if comma else DOT}
    if not doubtful:
        return {}
    sample = doubtful[0]
    whole, rest = re.split(r"[.,]", sample)
    thousands, decimal = (
        Choice("thousands", UserError("{amount} €", amount=f"{whole} {rest},00")),
        Choice("decimal", UserError("{amount} €", amount=f"{whole},{rest}".rstrip("0").ljust(len(whole) + 3, "0"))),
    )
    if "," in sample:  # the other way round: where it is a decimal sign, the comma is
        thousands, decimal = Choice("decimal", thousands.sentence), Choice("thousands", decimal.sentence)
    asked = Question(
        f"amounts:{name}",
        UserError("« {sample} », dans la colonne « {column} » : combien est-ce ?", sample=sample, column=title),
        (thousands, decimal),
        column=title,
    )
    return {"amounts": _ask(questions, asked, doubtful)}


def _days(name: str, title: str, cells: list[Cell], questions: Questions, today: date) -> dict[str, str]:
    texts = [HOUR.sub("", tidy(cell)) for cell in cells if isinstance(cell, str)]
    figures = [match for text in texts if (match := FIGURES.fullmatch(text))]
    found: dict[str, str] = {}
    if question := _of_months(name, title, figures):
        found["months"] = _ask(questions, question, [each[0] for each in figures if int(each[2]) > 12])
    if short := [each[0] for each in figures if len(each[3]) == 2]:
        found["years"] = _ask(questions, _of_years(name, title, short[0], today), short)
    if serials := {shown(cell): day for cell in cells if (day := serial_day(cell))}:
        found["serials"] = _ask(questions, _of_serials(name, title, serials), list(serials))
    late = [shown(cell) for cell in cells if (moment := moment_of(cell)) and is_late(moment)]
    if late:
        found["hours"] = _ask(questions, _of_hours(name, title, late[0]), late)
    return found


def _of_months(name: str, title: str, figures: list[re.Match[str]]) -> Question | None:
    """When some can only begin with the month, and none can only begin with the day."""
    odd = [each for each in figures if int(each[2]) > 12 and 1 <= int(each[1]) <= 12]
    if not odd or len(odd) == len(figures) == 1 or any(int(each[1]) > 12 for each in figures):
        return None
    sample = next((each for each in figures if each not in odd), odd[0])
    first, second, year = sample.groups()
    return Question(
        f"months:{name}",
        UserError(
            "Dans la colonne « {column} », {odd} n’a de sens qu’avec le mois d’abord. Que lire dans {sample} ?",
            column=title,
            odd=odd[0][0],
            sample=sample[0],
        ),
        (
            Choice(
                "month", UserError("Le {day}, le mois d’abord dans toute la colonne", day=f"{second}/{first}/{year}")
            ),
            Choice("day", UserError("Le {day}, et {odd} est une faute", day=f"{first}/{second}/{year}", odd=odd[0][0])),
        ),
        column=title,
    )


def _of_hours(name: str, title: str, sample: str) -> Question:
    return Question(
        f"hours:{name}",
        UserError(
            "Les dates de la colonne « {column} » portent une heure ({sample}). Quel jour est-ce ?",
            column=title,
            sample=sample,
        ),
        (
            Choice("next", UserError("Le lendemain : l’heure est celle d’un autre fuseau")),
            Choice("same", UserError("Le jour écrit, sans son heure")),
        ),
        column=title,
    )


def _of_serials(name: str, title: str, days: Mapping[str, date]) -> Question:
    sample, day = next(iter(days.items()))
    return Question(
        f"serials:{name}",
        UserError("Des cellules de la colonne « {column} » sont des nombres ({sample}), et non des dates. Que lire ?",
                  column=title, sample=sample),
        (
            Choice("days", UserError("Les dates que le tableur a comptées : {sample} est le {day}", sample=sample, day=f"{day:%d/%m/%Y}")),
            Choice("written", UserError("Rien : je corrigerai ces lignes")),
        ),
        column=title,
    )  # fmt: skip


def serial_day(cell: Cell) -> date | None:
    """What a spreadsheet keeps of a day that is not shown as one: the number of days since 1900."""
    text = str(cell).strip().replace(",", ".") if isinstance(cell, str | int | float | Decimal) else ""
    if isinstance(cell, bool) or not SERIAL.fullmatch(text):
        return None
    return day_counted(float(text))


def day_counted(number: float) -> date:
    """The day that a spreadsheet keeps as that number of days."""
    return SERIAL_DAY + timedelta(days=int(number))


def counted(cell: Cell, conventions: Conventions) -> Cell:
    """The cell of a column of days, its count of days read as it was answered."""
    day = serial_day(cell)
    if day and "serials" in conventions.waits:
        raise Unanswered()
    return day if day and conventions.serials == "days" else cell


def _of_years(name: str, title: str, sample: str, today: date) -> Question:
    """A birth is never in the future; a term may be."""
    way = "past" if "birth" in name else "near"
    year = whole_year(int(sample[-2:]), way, today)
    return Question(
        f"years:{name}",
        UserError("Les années de la colonne « {column} » ont deux chiffres ({sample}). Que lire ?",
                  column=title, sample=sample),
        (
            Choice(way, UserError("{sample} est en {year}, et ainsi de suite", sample=sample, year=year)),
            Choice("written", UserError("Rien : je corrigerai ces lignes")),
        ),
        column=title,
    )  # fmt: skip


def whole_year(short: int, way: str, today: date) -> int:
    """2012 for 12: the last such year that is not in the future, or the nearest one."""
    last = today.year - (today.year - short) % 100
    return last + 100 if way == "near" and last + 100 - today.year < today.year - last else last


def _ask(questions: Questions, question: Question, samples: list[str]) -> str:
    answer = ""
    for sample in dict.fromkeys(samples):
        answer = questions.ask(question, sample=sample)
    return answer


def moment_of(cell: Cell) -> datetime | None:
    """A day with an hour, of a workbook or in figures; None for what has none."""
    if isinstance(cell, datetime):
        return cell if cell.time() != time() else None
    if not isinstance(cell, str) or ":" not in cell or not (found := MOMENT.fullmatch(tidy(cell))):
        return None
    hour, minute, second = (int(each or 0) for each in found.groups()[1:])
    if max(minute, second) > 59 or hour > 23 or not (hour or minute or second):
        return None
    return datetime(2000, 1, 1, hour, minute, second)  # noqa: DTZ001


def near_midnight(moment: datetime) -> int:
    """1 when the next day begins within a minute, -1 when this one did, 0 else."""
    since = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
    return 1 if timedelta(days=1) - since <= MINUTE else -1 if since <= MINUTE else 0


def is_late(moment: datetime) -> bool:
    """Whether the hour may be that of another time zone, where it is the next day here."""
    return moment.hour >= LATE and not near_midnight(moment)


def following(moment: datetime, conventions: Conventions) -> bool:
    """Whether the day after is meant."""
    if near_midnight(moment):
        return near_midnight(moment) > 0
    if is_late(moment) and "hours" in conventions.waits:
        raise Unanswered()
    return is_late(moment) and conventions.hours == "next"


def read_day_of(cell: Cell, typed: str, conventions: Conventions) -> date | None:
    """A day as its column writes days; an hour beside it may make it the next one."""
    moment = moment_of(cell)
    if moment is not None and isinstance(cell, str):
        typed = HOUR.sub("", typed)
    figures = FIGURES.fullmatch(MIDNIGHT.sub("", typed)) if isinstance(cell, str) else None
    if figures and conventions.waits & ({"months", "years"} if len(figures[3]) == 2 else {"months"}):
        raise Unanswered()
    if figures and len(figures[3]) == 2 and conventions.century in {"past", "near"}:
        year = whole_year(int(figures[3]), conventions.century, conventions.today)
        typed = f"{figures[1]}/{figures[2]}/{year}"
    day = read_day(typed, month_first=conventions.month_first and figures is not None)
    if day and (day <= NO_DAY or day.year - conventions.today.year > MAX_YEARS_AHEAD):
        raise UserError(
            "« {typed} » : vérifiez l’année. Écrivez la date ainsi : 16/06/2012, ou laissez vide.", typed=typed[:40]
        )
    return day + timedelta(days=1) if day and moment and following(moment, conventions) else day


GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[\s'’]\d{3})+(?!\d)")  # 1 234 567
SPLIT = re.compile(r"\d(?:\s|'|’|€|EUR)+\d")
EURO = re.compile(r"[\s'’€]|^EUR|EUR(?:OS?)?$", re.IGNORECASE)
NO_CENTS = re.compile(r"(?<=\d)[.,](?:--?|[–—])$")  # 12.-, 12,--, 1’200.–
SIDE = re.compile(r"<(.+)>|(.*\d)(?:CR?|DB?|CT|DT)\.?", re.IGNORECASE)  # 170,00 C: credit or debit
DASH = re.compile(r"[-–—]+")  # how spreadsheets show an amount of nothing


def no_number(typed: str) -> UserError:
    return UserError("« {typed} » ne se lit pas comme un nombre. Écrivez-le ainsi : 1234,50.", typed=typed[:40])


def not_euros(currency: str) -> UserError:
    return UserError("Ce montant n’est pas en euros ({currency}). Convertissez-le, et corrigez.", currency=currency)


def plain_amount(typed: str, conventions: Conventions) -> str:
    """An amount with a comma as its only sign: « 1.234,50 », « (12,50) », « 12,50- », « 1'234.50 », « +50 », « 12.- »."""
    if SPLIT.search(
        GROUPED.sub("1", typed)
    ):  # « 45 00 », « 20€50 »: made one number, it would be a hundred times too much
        raise no_number(typed)
    bare = NO_CENTS.sub("", EURO.sub("", typed.replace("−", "-")))
    if other := re.search(r"CHF|USD|GBP|[$£]", bare, re.IGNORECASE):
        raise not_euros(other[0])
    if found := SIDE.fullmatch(bare):
        amount = found[1] or found[2]
        raise UserError(
            "« {typed} » : est-ce en plus ou en moins ? Écrivez {amount}, ou -{amount}.",
            typed=typed[:40],
            amount=amount.lstrip("+-")[:20],
        )
    bare = re.sub(r"^\+(?=\d)", "", bare)
    if not re.search(r"\d", bare) or re.search(r"[^\d.,()-]", bare):
        raise no_number(typed)
    if found := re.fullmatch(r"\((.+)\)|(.*\d)-", bare):
        bare = "-" + (found[1] or found[2])
    if "amounts" in conventions.waits and re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", bare):
        raise Unanswered()
    if re.fullmatch(r"-?\d{1,3}([.,])\d{3}(\1\d{3})+", bare):
        return re.sub("[.,]", "", bare)
    thousands = {",": ".", ".": ","}.get(conventions.decimal, "")
    if thousands and re.fullmatch(rf"-?\d{{1,3}}(\{thousands}\d{{3}})+(\{conventions.decimal}\d+)?", bare):
        bare = bare.replace(thousands, "")
    return bare
