"""A list is a real table: caption, column headers, and on a phone a small card for each row, with its labels."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from components.ui import html
from components.ui.markup import Content


def table(
    caption: Content,
    heads: Sequence[str],
    rows: Iterable[Sequence[Content]],
    *,
    quiet_caption: bool = False,
    looks: Sequence[str] = (),
) -> Markup:
    """Each row has a cell for each head; the first cell names the row. A `quiet_caption` is for screen readers only. `looks`: as
    of `row`."""
    shown = html.span(caption, class_="unseen") if quiet_caption else caption
    classes = [*looks, *[""] * len(heads)]
    return html.table(
        html.caption(shown),
        html.thead(
            html.tr(html.th(head, scope="col", class_=look or None) for head, look in zip(heads, classes, strict=False))
        ),
        html.tbody(row(heads, cells, looks) for cells in rows),
        class_="stack",
    )


def row(heads: Sequence[str], cells: Sequence[Content], looks: Sequence[str] = (), **attributes: object) -> Markup:
    """A line whose first cell names it; `looks` are the cells' classes: num, tight."""
    first, *others = cells
    shown = [*looks, *[""] * len(cells)]
    return html.tr(
        html.th(first, scope="row", class_=shown[0] or None),
        (
            html.td(cell, data_l=head, class_=look or None)
            for head, cell, look in zip(heads[1:], others, shown[1:], strict=False)
        ),
        **attributes,
    )


def facts(pairs: Iterable[tuple[Content, Content]]) -> Markup:
    """A record's data, label and value; what has no value is not shown."""
    shown = [(label, value) for label, value in pairs if value not in ("", None)]
    return html.dl((html.div(html.dt(label), html.dd(value)) for label, value in shown), class_="record-facts")
