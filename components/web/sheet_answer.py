"""A spreadsheet that was made for whoever asks: taken away, kept by none."""

import asyncio
from collections.abc import Callable, Sequence

from starlette.responses import Response

from data.accounts.caller import Caller
from data.core import spreadsheets
from data.core.errors import NotFound
from data.core.spreadsheets import Cell
from data.core.unit_of_work import UnitOfWork
from data.uploads import validation

Table = tuple[str, Sequence[str], Sequence[Sequence[Cell]]]  # (title, heads, rows)


def sheet_answer(content: bytes, title: str, form: str) -> Response:
    """`title`: what the file is called, whatever letters it has; `form`: csv or xlsx."""
    name = validation.shown_name(f"{title}.pdf", "application/pdf").removesuffix(".pdf")
    return Response(
        content,
        media_type=spreadsheets.MEDIA[form],
        headers={
            "cache-control": "private, no-store",
            "content-disposition": validation.disposition(f"{name}.{form}").replace("inline", "attachment", 1),
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )


async def table_answer(
    caller: Caller,
    form: str,
    table: Callable[[UnitOfWork], Table],
    note: Callable[[UnitOfWork, int], None],
    *,
    sheet: str,
) -> Response:
    """A list taken away, noted with how many rows it has. NotFound for another form than csv and xlsx; `sheet` names the
    workbook's one sheet."""
    if form not in spreadsheets.MEDIA:
        raise NotFound(f"export {form[:10]}")

    def taken() -> tuple[bytes, str]:
        with caller.unit_of_work() as uow:
            title, heads, rows = table(uow)
        content = spreadsheets.write("csv" if form == "csv" else "xlsx", heads, rows, title=sheet)
        with caller.unit_of_work(writes=True) as uow:
            note(uow, len(rows))
        return content, title

    return sheet_answer(*await asyncio.to_thread(taken), form)
