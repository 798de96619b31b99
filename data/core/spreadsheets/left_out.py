"""Lines below the titles that are no records: totals, headings, pages' numbers, titles repeated. In doubt a line stays."""

import re
from collections.abc import Iterator, Sequence

from data.core.errors import UserError
from data.core.fields import fold
from data.core.spreadsheets.model import Cell, Grid, LeftOut, Record, filled
from data.core.spreadsheets.titles import is_value
from data.core.spreadsheets.writing import shown

TOTAL = re.compile(
    r"(sous[ -]?)?(total|totaux)\b|total\b|effectifs?\b|nombre (de|d')|moyennes?\b|report\b|a reporter\b|grand total\b"
)
PAGE = re.compile(
    r"(page|p\.|feuillet) ?\d+( ?(/|sur|de|of) ?\d+)?|(edite|imprime|exporte|genere|extrait)e?s? (le|du|par) .*"
)
SIGNS = re.compile(r"[-–—_.…/*=~·•\s]+|x")
SUM = re.compile(r"\s*(SUM|SUBTOTAL|SOMME|SOUS\.TOTAL|COUNTA?)\(", re.IGNORECASE)
AMOUNT = re.compile(r"-?\d{1,9}([.,]\d{1,2})?")
MAX_TEXT, MAX_PART = 120, 300
PART = re.compile(  # what the lines below have in common, in the words of conservatoires
    r"(?:classes?|cours|ateliers?|sections?|disciplines?|departements?|instruments?|groupes?|pratiques?)\b"
    r"(?: (?:de la|de l'|du|des|de)\b| d'|[ :-])? *(?P<name>.+)"
)
CYCLE = re.compile(r"(?:(?:[1-4](?:er|e|eme)|premier|deuxieme|troisieme) )?cycle(?: [1-4i]+)?")
FEW = 0.6  # of the cells that lines usually have: a total has fewer


class LeftOuts:
    """Says of each line, in their order, why it is no record."""

    def __init__(self, grid: Grid, titles: list[Record], heads: Sequence[str], body: list[Record]) -> None:
        self._grid, self._body, self._heads = grid, body, [fold(head) for head in heads]
        self._titles = [[fold(shown(cell).strip()) for cell in cells] for _, cells in titles]
        counts = sorted(len(filled(cells)) for _, cells in body)
        self._usual = (
            counts[len(counts) * 3 // 4] if body else 0
        )  # cells of a full line: totals and headings have fewer
        self._wide = max((right - left + 1 for _, left, _, right in grid.merges), default=1) >= 3
        self._merged = {(top, left) for top, left, _, right in grid.merges if right - left >= 2}
        self._kept: list[list[Cell]] = []
        self._group = 0  # where the lines since the last total begin, among the kept
        self._sums: dict[
            int, list[tuple[float, int]]
        ] = {}  # of a column: what it makes so far, and of how many numbers
        self._headings = self._find_headings()

    def split(self) -> Iterator[tuple[Record, LeftOut | None]]:
        for at, (line, cells) in enumerate(self._body):
            why = self._why(at, line, cells)
            if why is None:
                self._kept.append(cells)
                yield (line, cells), None
            else:
                text = " · ".join(" ".join(shown(cells[place]).split()) for place in filled(cells))
                yield (line, cells), LeftOut(line, text[:MAX_TEXT], why)

    def _why(self, at: int, line: int, cells: list[Cell]) -> UserError | None:
        places = filled(cells)
        if at in self._headings:
            return UserError("Titre d’une partie du tableau : ce n’est pas une fiche.")
        if len(self._heads) > 1 and all(SIGNS.fullmatch(shown(cells[place]).strip().casefold()) for place in places):
            return UserError("Cette ligne ne contient que des signes.")
        if len(places) > 1 and self._repeats(cells, places):
            return UserError("Les titres des colonnes y sont répétés.")
        if len(self._heads) > 1 and len(places) == 1 and PAGE.fullmatch(fold(shown(cells[places[0]])).strip()):
            return UserError("Numéro de page, ou mention de l’impression.")
        if self._is_total(line, cells, places):
            self._group = len(self._kept)
            return UserError("Total ou effectif : ce n’est pas une fiche.")
        return None

    def _repeats(self, cells: list[Cell], places: list[int]) -> bool:
        texts = [fold(shown(cell).strip()) for cell in cells]
        for titles in self._titles:
            there = {place for place, title in enumerate(titles) if title}
            same = sum(place < len(titles) and texts[place] == titles[place] for place in places)
            if same == len(places) and same * 2 > len(there):
                return True
        return False

    def _is_total(self, line: int, cells: list[Cell], places: list[int]) -> bool:
        """A word that says so in a line with fewer cells or with a sum; or nothing but sums of what stands above."""
        named = any(
            TOTAL.match(fold(shown(cells[place])).strip()) for place in places[:2] if not is_value(cells[place])
        )
        worked_out = any(SUM.match(self._grid.formulas.get((line, place), "")) for place in range(len(self._heads)))
        if named and (worked_out or len(places) <= self._usual * FEW):
            return True
        if not named and (len(places) > 2 or len(self._heads) < 3 or self._usual < 3):
            return False
        numbers = [place for place in places if amount(cells[place]) is not None]
        sums = [place for place in numbers if self._is_sum(place, amount(cells[place]) or 0, 1 if named else 2)]
        return bool(sums) and len(sums) == len(numbers if named else places)

    def _is_sum(self, place: int, number: float, least: int) -> bool:
        """Whether a number is what the column makes since the last total, or since the titles; of `least` numbers."""
        sums = self._sums.setdefault(place, [(0.0, 0)])
        for cells in self._kept[len(sums) - 1 :]:
            more = amount(cells[place]) if place < len(cells) else None
            sums.append((sums[-1][0] + (more or 0), sums[-1][1] + bool(more)))
        return bool(number) and any(
            sums[-1][1] - sums[since][1] >= least and abs(sums[-1][0] - sums[since][0] - number) < 0.005
            for since in {0, self._group}
        )

    def _find_headings(self) -> set[int]:
        """Lines of one text that name the lines below, where others have three cells and more."""
        if self._usual < 3:
            return set()
        alone = [at for at, (_, cells) in enumerate(self._body) if self._stands_alone(at, cells)]
        named = {at for at in alone if self._names_what_follows(at)}
        named |= {
            at for at in alone if PART.fullmatch(_plain(self._text(at))) or CYCLE.fullmatch(_plain(self._text(at)))
        }
        loud = {at for at in alone if str(self._text(at)).isupper()}
        capitals = loud if 0 in loud else {at for at in loud if self._begins_a_part(at)}
        if named or len(capitals) > 1:
            named |= capitals
        return named

    def _stands_alone(self, at: int, cells: list[Cell]) -> bool:
        places = filled(cells)
        if len(places) != 1 or is_value(cells[places[0]]) or at + 1 >= len(self._body):
            return False
        return places[0] == 0 or (self._body[at][0], places[0]) in self._merged

    def parts(self) -> dict[int, str]:
        """Line of each heading -> what it says of the lines below: « CLASSE DE PIANO » is « Piano »; nothing where a column says it."""
        found = {self._body[at][0]: _part_of(self._text(at)) for at in sorted(self._headings)}
        return {} if any(self._is_said_below(at) for at in self._headings) else found

    def _is_said_below(self, at: int) -> bool:
        name, part = fold(self._text(at)).rstrip(" :"), fold(_part_of(self._text(at)))
        below = next((cells for _, cells in self._body[at + 1 : at + 2]), [])
        return any(fold(shown(below[place])).strip() in {name, part} for place in filled(below))

    def _text(self, at: int) -> str:
        cells = self._body[at][1]
        return shown(cells[filled(cells)[0]]).strip()

    def _begins_a_part(self, at: int) -> bool:
        """An empty line, a total or the titles stand above."""
        if at == 0 or self._body[at - 1][0] < self._body[at][0] - 1:
            return True
        above = self._body[at - 1][1]
        return any(TOTAL.match(fold(shown(above[place])).strip()) for place in filled(above)[:2])

    def _names_what_follows(self, at: int) -> bool:
        """Merged across the table, the value of another column in each line below, or the name of the next total."""
        line, cells = self._body[at]
        if (line, filled(cells)[0]) in self._merged:
            return True
        name = fold(self._text(at)).rstrip(" :")
        for _, below in self._body[at + 1 : at + 2]:
            if len(filled(below)) >= 3 and any(
                fold(shown(below[place])).strip() == name for place in filled(below)[1:]
            ):
                return True
        for _, below in self._body[at + 1 : at + MAX_PART]:
            first = fold(shown(below[filled(below)[0]])).strip()
            if TOTAL.match(first):
                return first.endswith(name)
        return False


def _plain(text: str) -> str:
    return fold(text).rstrip(" :.-")


def _part_of(text: str) -> str:
    """Without « classe de », and not shouted."""
    bare = text.strip().rstrip(" :.-")
    found = PART.fullmatch(fold(bare))
    name = bare[found.start("name") :] if found and len(fold(bare)) == len(bare) else bare
    return name.capitalize() if name.isupper() else name[:1].upper() + name[1:]


def amount(cell: Cell) -> float | None:
    """A number, or a text that is nothing but one."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell)
    if isinstance(cell, str):
        bare = re.sub(r"[\s€]", "", cell)
        if AMOUNT.fullmatch(bare):
            return float(bare.replace(",", "."))
    return None
