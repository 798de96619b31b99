"""The pages of a long list: the first, the one before, any by its number, the next, the last."""

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.panel import Act
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork

NUMBER = "to-page"  # the field of the page's number


def pager(uow: UnitOfWork, skip: int, most: int, total: int, *, do: str = "page") -> Markup | None:
    """`most` rows a page, `skip` before this one; each button and the field ask for the act `do`. Nothing when one page holds it all."""
    if total <= most:
        return None
    last, pages = min(skip + most, total), -(-total // most)
    return html.nav(
        html.div(
            _to(uow.translate("Premières"), "first", do, 0, is_there=skip > 0),
            _to(uow.translate("Précédentes"), "previous", do, max(0, skip - most), is_there=skip > 0),
            class_="turns",
        ),
        html.span(uow.translate("{first} à {last} sur {total}", first=skip + 1, last=last, total=total), class_="soft"),
        _which(uow, skip // most + 1, pages, do) if pages > 2 else None,
        html.div(
            _to(uow.translate("Suivantes"), "next", do, skip + most, is_there=last < total),
            _to(uow.translate("Dernières"), "last", do, (pages - 1) * most, is_there=last < total),
            class_="turns",
        ),
        class_="pager",
        aria_label=uow.translate("Pages de la liste"),
    )


def within(skip: int, most: int, total: int) -> int:
    """The rows before the page that is open: the last page's, when what stood on it left since."""
    return min(skip, (max(total, 1) - 1) // most * most)


def skip_to(act: Act, most: int) -> int:
    """How many rows stand before the page that a button, or the field of its number, asks for."""
    typed = act.values.get(NUMBER)
    if typed is None:
        return parse_id(act.of) or 0
    return most * (max(1, min(parse_id(typed.strip()) or 1, parse_id(act.of) or 1)) - 1)


def _to(name: str, drawn: str, do: str, skip: int, *, is_there: bool) -> Markup | None:
    return button(icon(drawn), html.span(name), do=do, of=skip, id=f"{do}-{drawn}", class_="link") if is_there else None


def _which(uow: UnitOfWork, number: int, pages: int, do: str) -> Markup:
    """The page's number, which may be typed. It says how many there are, as `skip_to` reads it."""
    return html.label(
        uow.translate("Page"),
        html.input(
            name=NUMBER,
            value=number,
            inputmode="numeric",
            size=len(str(pages)) + 1,
            maxlength=len(str(pages)),
            autocomplete="off",
            data_change=do,
            data_of=pages,
        ),
        html.span(uow.translate("sur {count}", count=pages)),
        class_="which",
    )
