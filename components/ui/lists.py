"""A list one can search, sort and leaf through. What a double-click on a row does, its link does too, and Enter on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content, button
from components.ui.pager import pager, skip_to
from components.ui.panel import Act, Answer, Handler, only_shows
from components.ui.tables import row as table_row
from data.core.fields import fold
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork

PAGE = 50
MAX_SEARCH_LENGTH = 80
Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """`cell(uow, row)` is what it shows; `key(row)` what it sorts by, the cell's own text otherwise."""

    label: str
    cell: Callable[[UnitOfWork, Row], Content]
    key: Callable[[Row], Any] | None = None
    look: str = ""  # num: figures, to the right | tight: never cut in two lines | broad: a line of its own on a card

    def text(self, uow: UnitOfWork, row: Row) -> str:
        announcement = self.cell(uow, row) or ""
        return fold(
            " ".join(announcement.split())
            if type(announcement) is str
            else Markup("{}").format(announcement).striptags()
        )

    def rank(self, uow: UnitOfWork, row: Row) -> Any:
        """What it sorts by, None when there is nothing: that stands last."""
        value = self.key(row) if self.key else self.text(uow, row)
        return None if value == "" else value


@dataclass
class Order:
    """How a person arranged a list. `column` is None for the order it comes in."""

    search: str = ""
    column: int | None = None
    down: bool = False
    skip: int = 0

    @property
    def query(self) -> str:
        """As an address keeps it: « r=piano&tri=2d »."""
        sort = "" if self.column is None else f"{self.column}{'d' if self.down else 'c'}"
        return urlencode({key: value for key, value in (("r", self.search), ("tri", sort)) if value})

    @staticmethod
    def read(search: str, sort: str) -> "Order":
        column = int(sort[:-1]) if sort[:-1].isdecimal() and len(sort) < 4 else None
        return Order(search[:MAX_SEARCH_LENGTH], column, column is not None and sort.endswith("d"))


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """What a list is: its name among the page's acts, its caption, its columns, how a row is known and opened."""

    name: str
    caption: str
    columns: Sequence[Column[Row]]
    of: Callable[[Row], object]
    href: Callable[[Row], str] | None = None
    do: str = ""  # the act that opens a row in place; without it, the link is followed
    before: Callable[[UnitOfWork, Row], Markup] | None = None  # what stands before a row's link: a box to tick
    called: Callable[[UnitOfWork, Row], str] | None = None  # what a row's link says more, where first cells are alike
    empty: str = ""
    searched: bool = False
    group: Callable[[Row], str] | None = None  # the heading under which a row stands on a phone, in the usual order
    folds: str = ""  # on a phone, the words that unfold search and sorting
    quiet_caption: bool = False
    order: Order = field(default_factory=Order)

    @property
    def sorted_by(self) -> int | None:
        """The number of a column that is there."""
        at = self.order.column
        return at if at is not None and 0 <= at < len(self.columns) else None

    def arranged(self, uow: UnitOfWork, rows: Sequence[Row]) -> list[Row]:
        """Filtered and sorted as the person asked."""
        terms, found = fold(self.order.search).split(), list(rows)
        if terms:
            texts = [[column.text(uow, row) for column in self.columns] for row in rows]
            found = [
                row
                for row, announcement in zip(rows, texts, strict=True)
                if all(any(w in text for text in announcement) for w in terms)
            ]
        at = self.sorted_by
        if at is None:
            return found
        ranks = [(self.columns[at].rank(uow, row), row) for row in found]
        full = sorted(
            ((rank, row) for rank, row in ranks if rank is not None), key=itemgetter(0), reverse=self.order.down
        )
        return [row for _, row in full] + [row for rank, row in ranks if rank is None]


def draw(
    uow: UnitOfWork,
    listing: Listing[Row],
    rows: Sequence[Row],
    *,
    opened: object = None,
    beside: Markup | None = None,
    above: Markup | None = None,
    total: int | None = None,
) -> Markup:
    """Search, table, pages; in words when there is nothing. `opened` is the row whose record is shown; `beside` is
    what the page filters by, before the search; `above` stands between them and the table.

    With `total`, `rows` are one page of that many, found and sorted by the database already.
    """
    order = listing.order
    found = listing.arranged(uow, rows) if total is None else list(rows)
    count = len(found) if total is None else total
    skip = order.skip if order.skip < count else 0
    shown = found[skip : skip + PAGE] if total is None else found
    searched = listing.searched and (rows or (total is not None and order.search))
    search = _search(uow, listing, count, len(rows) if total is None else None) if searched else None
    if not found:
        terms = _("Aucune ligne ne correspond à cette recherche.") if rows or order.search else listing.empty
        tools = html.div(beside, search, class_="tools") if beside or search else None
        return html.div(tools, above, html.p(uow.translate(terms), class_="nothing"), class_="listing")
    labels = [uow.translate(column.label) for column in listing.columns]
    lines = [(row, _line(uow, listing, labels, row, opened)) for row in shown]
    caption = html.caption(
        html.span(uow.translate(listing.caption), class_="unseen" if listing.quiet_caption else None)
    )
    table = html.table(
        caption,
        html.thead(html.tr(_head(uow, listing, at) for at in range(len(labels)))),
        _bodies(listing, lines),
        class_="stack",
    )
    return html.div(
        _fold(uow, listing, labels) if listing.folds else None,
        html.div(beside, search, _sort_on_phone(uow, listing, labels), class_="tools"),
        above,
        table,
        pager(uow, skip, PAGE, count, do=f"turn-{listing.name}"),
        class_="listing many" if len(labels) > 6 else "listing",
    )


def acts(listing: Listing[Any], after: Callable[[UnitOfWork], Answer] | None = None) -> dict[str, Handler]:
    """What a list's own buttons do. `after` answers for the page: its address, what opens."""
    order = listing.order

    def done(uow: UnitOfWork, announcement: str) -> Answer:
        answer = after(uow) if after else Answer()
        return Answer(announce=announcement, url=answer.url, focus=answer.focus)

    def sort(uow: UnitOfWork, act: Act) -> Answer:
        chosen = act.values.get("sort", act.of)
        at = int(chosen.rstrip("cd")) if chosen.rstrip("cd").isdecimal() and len(chosen) < 4 else -1
        if not 0 <= at < len(listing.columns):
            order.column, order.down = None, False
            return done(uow, "")
        same = order.column == at
        order.down = chosen.endswith("d") if chosen[-1] in "cd" else same and not order.down
        order.column, order.skip = at, 0
        terms = _("Trié par {column}, ordre décroissant.") if order.down else _("Trié par {column}, ordre croissant.")
        return done(uow, uow.translate(terms, column=uow.translate(listing.columns[at].label)))

    def find(uow: UnitOfWork, act: Act) -> Answer:
        order.search, order.skip = act.values.get(f"find-{listing.name}", "")[:MAX_SEARCH_LENGTH], 0
        return done(uow, "")

    def turn(uow: UnitOfWork, act: Act) -> Answer:
        order.skip = skip_to(act, PAGE)
        return done(uow, uow.translate("À partir de la ligne {count}.", count=order.skip + 1))

    return {f"{does.__name__}-{listing.name}": only_shows(does) for does in (sort, find, turn)}


def _bodies(listing: Listing[Row], lines: Sequence[tuple[Row, Markup]]) -> list[Markup]:
    """The rows; in the usual order each group under its heading, which a phone alone shows: the column says the same."""
    named = listing.group
    if named is None or listing.sorted_by is not None:
        return [html.tbody((line for _, line in lines), data_rows=True)]
    bodies = []
    for name, found in groupby(lines, key=lambda each: named(each[0])):
        head = html.th(name, scope="rowgroup", colspan=len(listing.columns))
        bodies += [html.tbody(html.tr(head), class_="group"), html.tbody((line for _, line in found), data_rows=True)]
    return bodies


def _fold(uow: UnitOfWork, listing: Listing[Row], labels: Sequence[str]) -> Markup:
    """Opens the tools that follow it, where they are folded; it says what they do now."""
    order = listing.order
    by = labels[order.column] if order.column is not None and order.column < len(labels) else ""
    now = (order.search, uow.translate("trié par {column}", column=by) if by else "")
    return html.details(
        html.summary(uow.translate(listing.folds), *(f" · {each}" for each in now if each)),
        class_="fold-tools",
    )


def _search(uow: UnitOfWork, listing: Listing[Row], found: int, total: int | None) -> Markup:
    """`total` is None where the database searched: it did not count the others."""
    name, asked = f"find-{listing.name}", bool(listing.order.search)
    count_text = (
        uow.ngettext("{count} ligne trouvée", "{count} lignes trouvées", count=found)
        if total is None
        else uow.ngettext(
            "{count} ligne trouvée sur {total}", "{count} lignes trouvées sur {total}", count=found, total=total
        )
    )
    return html.div(
        html.label(uow.translate("Rechercher"), for_=name),
        html.input(
            id=name,
            name=name,
            type="search",
            value=listing.order.search,
            data_search=name,
            maxlength=MAX_SEARCH_LENGTH,
            autocomplete="off",
        ),
        html.span(count_text if asked else "", class_="hint", role="status"),
        class_="field find",
    )


def _head(uow: UnitOfWork, listing: Listing[Row], at: int) -> Markup:
    column, order = listing.columns[at], listing.order
    sorted_by = order.column == at
    drawn = icon("down" if order.down else "up") if sorted_by else icon("sort")
    return html.th(
        button(uow.translate(column.label), drawn, do=f"sort-{listing.name}", of=at, class_="sort"),
        scope="col",
        aria_sort=("descending" if order.down else "ascending") if sorted_by else None,
        class_="num" if column.look == "num" else None,
    )


def _line(uow: UnitOfWork, listing: Listing[Row], labels: list[str], row: Row, opened: object) -> Markup:
    cells = [column.cell(uow, row) for column in listing.columns]
    current = opened is not None and listing.of(row) == opened
    if listing.href:
        shown = cells[0]
        if listing.called:
            title = html.span(listing.called(uow, row), class_="called unseen")
            shown = [html.span(shown, class_="cell"), html.span(", ", class_="unseen"), title]
        cells[0] = html.a(
            shown,
            href=listing.href(row),
            id=f"open-{listing.name}-{listing.of(row)}",
            data_open=True,
            data_do=listing.do or None,
            data_of=listing.of(row) if listing.do else None,
            aria_current="true" if current else None,
        )
    if listing.before:
        cells[0] = html.span(listing.before(uow, row), cells[0], class_="picked")
    looks = [column.look for column in listing.columns]
    return table_row(labels, cells, looks, class_="current" if current else None)


def _sort_on_phone(uow: UnitOfWork, listing: Listing[Row], labels: list[str]) -> Markup:
    """Where a table becomes cards its heads are not seen: the same sorting as a list to choose from."""
    name, order = f"sort-{listing.name}", listing.order
    now = "" if order.column is None else f"{order.column}{'d' if order.down else 'c'}"
    choices = [("", uow.translate("Ordre habituel"))]
    for at, label in enumerate(labels):
        choices += [(f"{at}c", uow.translate("{column}, croissant", column=label))]
        choices += [(f"{at}d", uow.translate("{column}, décroissant", column=label))]
    return html.div(
        html.label(uow.translate("Trier par"), for_=f"{name}-phone"),
        html.select(
            (html.option(label, value=value, selected=value == now) for value, label in choices),
            id=f"{name}-phone",
            name="sort",
            data_change=name,
        ),
        class_="field sort-phone",
    )
