"""A line of a file read with the conventions of its columns; what only a person can say is asked once for cells that are alike."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from data.core import spreadsheets
from data.core.days import FIGURES
from data.core.errors import UserError
from data.core.fields import EMAIL, towns
from data.core.i18n import _
from data.core.phones import FRENCH_PLAN
from data.core.plain_text import fold, tidy
from data.core.spreadsheets import Cell, Sheet
from data.families.models import check_together
from data.importing import nobody, phone_cells, place_cells
from data.importing.columns import PAYMENT_MEANS, YEAR, Field
from data.importing.conventions import (
    Unanswered,
    conventions_of,
    is_late,
    moment_of,
    near_midnight,
    not_euros,
)
from data.importing.matched import Matched
from data.importing.questions import Choice, Question
from data.importing.snapshot import Line, Snapshot
from data.importing.title_groups import plain

MAX_SHOWN, MAX_WORDS = 120, 12  # characters of a value; words of one column that are asked about
READ_FIRST = {"country": 0, "town": 1, "postcode": 2}  # post codes and telephones are read by those before them
FAR_YEARS = 3
LEAVE_EMPTY = "-"
MARRIED = re.compile(r"(.+?)\s+(épouse|epouse|ép\.?|épse|née|nee)\s+(.+)", re.IGNORECASE)
AMOUNT_OTHERWISE = re.compile(r"[()+]|\d-$|[.,][-–—]|^[-–—]+\W*$|\d[.,]\d{3}(\D|$)")
CURRENCY, EUROS = {"devise", "monnaie", "currency"}, {"eur", "euro", "euros", "€"}
DITTO = {"idem", "id.", "ditto", '"', "''", "″", "〃", '-"-', "//"}
ABSENT = {"abs", "absent", "absente"}
NEIGHBOURS = {"BE": _("Belgique"), "CH": _("Suisse"), "LU": _("Luxembourg"), "FR": _("France")}


def _own_name(one: Field) -> str:
    """A column's name without whose it is: « adult1_town » is a town."""
    return one.name.removeprefix(f"{one.group}_") if one.group else one.name


class Fault(NamedTuple):
    """What is wrong with a line: its column's title in the file, what stands there, why; `about`: how the line begins."""

    line: int
    column: str
    value: str
    why: UserError
    about: str = ""


class Understood(NamedTuple):
    """A value that is read otherwise than it is written."""

    line: int
    column: str
    written: str
    value: str


class Reader:
    """Reads the lines of one file."""

    def __init__(
        self,
        sheet: Sheet,
        columns: Mapping[Field, int],
        matched: Matched,
        snapshot: Snapshot,
        faults: list[Fault],
    ) -> None:
        self.matched, self.questions, self.faults = matched, snapshot.questions, faults
        self.snapshot = snapshot
        self.today: date = snapshot.today
        self.understood: list[Understood] = []
        self.above: dict[str, Cell] = {}  # the last filled cell of each column
        self.prefixes = {"", *(f"{one.group}_" for one in columns if one.group)}
        self.columns = dict(sorted(columns.items(), key=lambda each: READ_FIRST.get(_own_name(each[0]), 3)))
        self.currencies = [at for at, head in enumerate(sheet.heads) if plain(head) in CURRENCY]
        if not any(one.form == "money" for one in columns):
            self.currencies = []
        self.heads = sheet.heads
        self.titles = {one.name: sheet.heads[at] for one, at in columns.items()}
        self.words: dict[str, set[str]] = {}
        self.places = {prefix: found for prefix in self.prefixes if (found := self._place_columns(prefix))}
        self.conventions = {
            one.name: conventions_of(
                one.name,
                one.form,
                sheet.heads[at],
                (cells[at] for _, cells in sheet.rows),
                self.questions,
                zeros=bool(matched.get("zeros")),
                today=self.today,
            )
            for one, at in columns.items()
        }

    def read(self, line: Line, cells: Sequence[Cell]) -> None:
        """Every column of the line: into its values, or among the faults and the questions."""
        cells = [*cells]
        for prefix, columns in self.places.items():
            self._split_place(line, prefix, columns, cells)
        for at in self.currencies:
            if (currency := tidy(spreadsheets.shown(cells[at]))) and fold(currency) not in EUROS:
                self.faults.append(Fault(line.number, self.heads[at], currency[:MAX_SHOWN], not_euros(currency[:20])))
        numbers: list[tuple[Field, Cell, list[str]]] = []
        for one, at in self.columns.items():
            if one.name in line.bad:
                continue
            try:
                cells[at] = self._somebody(line, one, self._above(line, one, cells[at]))
                several = self._cell(line, one, cells[at])
            except Unanswered:
                line.bad.add(one.name)
            except UserError as why:
                line.bad.add(one.name)
                shown = spreadsheets.shown(cells[at])[:MAX_SHOWN]
                self.faults.append(Fault(line.number, self.titles[one.name], shown, why))
            else:
                numbers += [(one, cells[at], several)] if several else []
        for one, cell, several in numbers:
            self._spread(line, one, cell, several)
        for prefix in self.prefixes:
            self._married(line, prefix)
        self._check_together(line)

    def _somebody(self, line: Line, one: Field, cell: Cell) -> Cell:
        """The cell, unless it says that there is no such adult."""
        said = isinstance(cell, str) and nobody.is_left_out(line, self.questions, one.group, _own_name(one), cell)
        return None if said else cell

    def _above(self, line: Line, one: Field, cell: Cell) -> Cell:
        """« idem » is what stands above in that column."""
        if not isinstance(cell, str) or cell.strip().casefold() not in DITTO:
            if cell not in (None, ""):
                self.above[one.name] = cell
            return cell
        above, title = self.above.get(one.name), self.titles[one.name]
        sentence = UserError("« idem » est lu comme la valeur de la ligne au-dessus.")
        choices = (
            Choice("above", UserError("Oui, reprendre cette valeur")),
            Choice("blank", UserError("Non, laisser vide")),
        )
        names = (
            one.group.startswith("adult") and _own_name(one) in nobody.NAMES
        )  # of an adult pupil, it may be their own
        question = Question(f"ditto:{one.name}", sentence, choices, column=title, stops=names)
        sample = f"{cell} : {spreadsheets.shown(above) if above is not None else ''}"
        answer = self.questions.ask(question, line=line.number, sample=sample)
        if not answer:
            raise Unanswered()
        return above if answer == "above" else None

    def _cell(self, line: Line, one: Field, cell: Cell) -> list[str]:
        """Into the line's values; the numbers of a cell that holds several."""
        blank = cell is None or (isinstance(cell, str) and not cell.strip())
        if blank and not (one.key and one.required):
            if self.matched.get("erase") and not (one.key or one.required or (one.answers and not one.editable)):
                line.values[one.name] = one.read("")
            return []
        written = cell
        prefix = one.name.removesuffix(_own_name(one))
        conventions, country = self.conventions[one.name], str(line.values.get(f"{prefix}country", ""))
        if one.form == "postcode" and not country:
            country, cell = self._whose(line, one, cell)
        try:
            value = one.read(cell, conventions, country)
        except Unanswered:
            raise
        except UserError:
            if (
                one.form == "phone"
                and one.editable
                and isinstance(cell, str)
                and (several := phone_cells.numbers_of(one, cell, conventions, country))
            ):
                return several
            value = self._asked(line, one, cell)
            if value == "" and one.answers and not one.editable:
                return []  # as a blank cell: the table has its own word
        if value in ("", None) and one.required:
            raise UserError("Ce champ ne peut pas rester vide.")
        line.values[one.name] = value
        self._note(line, one, written, value)
        if isinstance(value, date) and value.year - self.today.year > FAR_YEARS and "birth" not in one.name:
            self._ask_far(line, one, value)
        return []

    def _ask_far(self, line: Line, one: Field, day: date) -> None:
        sentence = UserError(
            "Des dates de la colonne « {column} » sont à plus de trois ans d’ici.", column=self.titles[one.name]
        )
        choices = (Choice("keep", UserError("Elles sont justes")),)
        question = Question(f"far:{one.name}", sentence, choices, column=self.titles[one.name], stops=False)
        self.questions.ask(question, line=line.number, sample=f"{day:%d/%m/%Y}")

    def _asked(self, line: Line, one: Field, cell: Cell) -> Any:
        """What a person answered about a cell that says nothing we know; the fault again where nothing can be asked."""
        text = tidy(cell) if isinstance(cell, str) else ""
        if one.kind is EMAIL and len(addresses := re.findall(r"[^\s@,;/<>]+@[^\s@,;/<>]+", text)) == 2:
            return one.read(addresses[0 if self._which_address(line, one, text) == "first" else 1])
        words = self.words.setdefault(one.name, set())
        word = fold(text)[:40]
        if one.name == "value" and "absent" in line.fields and word.rstrip(".") in ABSENT:  # in place of a mark
            line.values["absent"] = True
            self._say(line, one, text, line.fields["absent"].label)
            return None
        if not one.answers or not word or (len(words) >= MAX_WORDS and word not in words):
            return one.read(cell, self.conventions[one.name], str(line.values.get("country", "")))
        words.add(word)
        choices = [Choice(key, UserError("{answer}", answer=label)) for key, label in one.answers.items()]
        empty = [] if one.required or one.key else [Choice(LEAVE_EMPTY, UserError("Laisser vide"))]
        title = self.titles[one.name]
        question = Question(
            f"word:{one.name}:{word}",
            UserError("« {word} », dans la colonne « {column} » : que faut-il noter ?", word=text[:40], column=title),
            (*choices, *empty),
            column=title,
        )
        answer = self.questions.ask(question, line=line.number, sample=text[:40])
        if not answer:
            raise Unanswered()
        value = "" if answer == LEAVE_EMPTY else answer
        self._say(line, one, text, one.answers.get(value, ""))
        return value

    def _which_address(self, line: Line, one: Field, text: str) -> str:
        question = Question(
            f"emails:{one.name}",
            UserError(
                "Des cellules de la colonne « {column} » ont deux adresses. Laquelle garder ?",
                column=self.titles[one.name],
            ),
            (Choice("first", UserError("La première")), Choice("second", UserError("La seconde"))),
            column=self.titles[one.name],
        )
        if not (answer := self.questions.ask(question, line=line.number, sample=text[:80])):
            raise Unanswered()
        return answer

    def _whose(self, line: Line, one: Field, cell: Cell) -> tuple[str, Cell]:
        """(country, post code) of four figures beside a town: « 1000 Bourg » lost a zero, « 1000 Bruxelles » did not."""
        prefix = one.name.removesuffix("postcode")
        code, town = re.sub(r"\s", "", str(cell)), str(line.values.get(f"{prefix}town", ""))
        if not re.fullmatch(r"[1-9]\d{3}", code) or not town:
            return "", cell
        there = [re.sub(r"\W+", " ", fold(each)) for each in towns("0" + code)]
        here = re.sub(r"\W+", " ", fold(town))
        if any(each.startswith(here) or here.startswith(each) for each in there):
            return "FR", "0" + code
        question = Question(
            f"country:{code} {here}"[:80],
            UserError("« {postcode} {town} » : dans quel pays est-ce ?", postcode=code, town=town),
            tuple(Choice(key, UserError(name)) for key, name in NEIGHBOURS.items()),
            column=self.titles[one.name],
        )
        answer = self.questions.ask(question, line=line.number, sample=f"{code} {town}")
        if not answer:
            raise Unanswered()
        if f"{prefix}country" in line.fields:
            line.values[f"{prefix}country"] = answer
        return answer, "0" + code if answer in FRENCH_PLAN else code

    def _spread(self, line: Line, one: Field, cell: Cell, numbers: list[str]) -> None:
        """Several numbers of one cell, each into a field that fits and is free on this line; whose they are is asked."""
        numbers = list(dict.fromkeys(numbers))
        if one.name in phone_cells.PHONES and phone_cells.of_two_people(str(cell), numbers):
            question = phone_cells.whose(one.name, self.titles[one.name])
            answer = self.questions.ask(question, line=line.number, sample=str(cell)[:MAX_SHOWN])
            if not answer:
                line.bad.add(one.name)
                return
            numbers = numbers[:1] if answer == phone_cells.FIRST else numbers
        for number in numbers:
            if number in (line.values.get(name) for name in phone_cells.PHONES):
                continue
            order = phone_cells.order_of(one.name, str(cell), numbers, number)
            place = next((name for name in order if not line.values.get(name) and name not in line.bad), "")
            if not place:
                text = _("Cette cellule a plus de numéros qu’il n’y a de champs libres. Gardez celui qui sert.")
                self.faults.append(Fault(line.number, self.titles[one.name], str(cell)[:MAX_SHOWN], UserError(text)))
                line.bad.add(one.name)
                return
            line.values[place] = number
            field = line.fields[place]
            self._say(line, one, str(cell), f"{field.label} : {field.kind.format_value(number, 'fr')}")

    def _place_columns(self, prefix: str) -> dict[str, tuple[Field, int]]:
        """Those that may hold a post code or a town, of somebody who has both; the address of a line about several people is read with them."""
        names = {f"{prefix}{own}": own for own in place_cells.Place._fields}
        return {
            names[one.name]: (one, at)
            for one, at in self.columns.items()
            if one.name in names and one.form != "lines" and not one.name.startswith("pupil_")
        }

    def _split_place(
        self, line: Line, prefix: str, columns: Mapping[str, tuple[Field, int]], cells: list[Cell]
    ) -> None:
        """« 57000 Metz » in one cell becomes a post code and a town; the address of a line about several people is read with them."""
        if f"{prefix}town" not in line.fields or f"{prefix}postcode" not in line.fields:
            return
        typed = place_cells.Place(**{own: tidy(spreadsheets.shown(cells[at])) for own, (_, at) in columns.items()})
        try:
            found, conflict = place_cells.split(typed)
        except UserError as why:
            line.bad.add(f"{prefix}town")
            self.faults.append(Fault(line.number, self.titles[f"{prefix}town"], typed.town[:MAX_SHOWN], why))
            return
        if conflict:
            self.snapshot.add_conflict(line, "place", conflict)
        for own, before, text in zip(found._fields, typed, found, strict=True):
            if before != text and (one := line.fields.get(f"{prefix}{own}")) is not None:
                self._say(line, one, before, text)
                if own in columns:
                    cells[columns[own][1]] = text
                else:
                    line.values[one.name] = one.read(text)

    def _married(self, line: Line, prefix: str) -> None:
        """« Durand épouse Martin », « Martin née Durand »: two names in one cell."""
        last, maiden = f"{prefix}last_name", f"{prefix}birth_name"
        found = MARRIED.fullmatch(str(line.values.get(last, "")))
        if not found or maiden not in line.fields or line.values.get(maiden):
            return
        born = fold(found[2]).startswith("nee")
        name, birth = (found[1], found[3]) if born else (found[3], found[1])
        question = Question(
            f"married:{last}",
            UserError("« {written} » : est-ce un nom et un nom de naissance ?", written=found[0]),
            (
                Choice("split", UserError("Oui : nom {name}, nom de naissance {birth}", name=name, birth=birth)),
                Choice("whole", UserError("Non : garder le nom comme il est écrit")),
            ),
            column=self.titles.get(last, ""),
        )
        answer = self.questions.ask(question, line=line.number, sample=found[0])
        if not answer:
            line.bad.add(last)
        elif answer == "split":
            line.values[last], line.values[maiden] = name, birth
            self._say(line, line.fields[last], found[0], f"{name} ({birth})")

    def _check_together(self, line: Line) -> None:
        for prefix in self.prefixes:
            own = {name.removeprefix(prefix): value for name, value in line.values.items() if name.startswith(prefix)}
            for name in ("postcode", "birth_date", "last_name"):
                one = line.fields.get(prefix + name)
                if one is not None and one.editable is not None and line.get(one.name):
                    try:
                        check_together(one.editable, line.values[one.name], {**own, "today": self.today})
                    except UserError as why:
                        line.fault(one.name, why)

    def _note(self, line: Line, one: Field, cell: Cell, value: Any) -> None:
        if (one.form != "text" or one.kind in (PAYMENT_MEANS, YEAR) or one.kind.control == "email") and _otherwise(
            one, cell, value
        ):
            self._say(line, one, spreadsheets.shown(cell), one.kind.format_value(one.kind.show(value), "fr"))

    def _say(self, line: Line, one: Field, written: str, value: str) -> None:
        title = self.titles.get(one.name, one.label)
        self.understood.append(Understood(line.number, title, written[:MAX_SHOWN], value))


def _otherwise(one: Field, cell: Cell, value: Any) -> bool:
    """Whether somebody who reads the file may have read another value there."""
    if isinstance(value, date) and one.form == "day":
        if (moment := moment_of(cell)) and not is_late(moment) and not near_midnight(moment):
            return True  # an hour is left out; of late ones a question was asked
        if isinstance(cell, datetime):
            return value != cell.date()
        figures = FIGURES.match(tidy(str(cell)))
        return figures is not None and (len(figures[3]) == 2 or int(figures[1]) != value.day)
    text = str(cell)
    if one.form in {"money", "hundredths"}:
        return isinstance(cell, str) and bool(AMOUNT_OTHERWISE.search(text.strip()))
    if one.form == "phone" and isinstance(value, tuple) and (len(value) > 1 or re.search(r"[^\W\d_]{2}", text)):
        return True  # several numbers of a cell, or a note beside one
    if one.form == "phone":
        return len(re.sub(r"\D", "", text)) == 9 and one.kind.show(value).startswith("+33")
    if one.form == "hour":
        return text.strip().isdecimal() and len(text.strip()) > 2  # 1715
    if one.form == "postcode":
        return str(value).startswith("0") and not text.strip().startswith(("0", "F"))
    same = fold(text).strip() == fold(" ".join(value) if isinstance(value, tuple) else str(value))
    return not same and (one.kind in (PAYMENT_MEANS, YEAR) or one.kind.control == "email")
