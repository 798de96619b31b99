"""A list is a real table: caption, column headers, and on a phone a small card for each row, with its labels."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from components.ui.markup import Content, tag


def table(
    caption: Content, heads: Sequence[str], rows: Iterable[Sequence[Content]], *, quiet_caption: bool = False
) -> Markup:
    """Each row has a cell for each head; the first cell names the row. A `quiet_caption` is for screen readers only."""
    shown = tag("span", caption, class_="unseen") if quiet_caption else caption
    return tag(
        "table",
        tag("caption", shown),
        tag("thead", tag("tr", (tag("th", head, scope="col") for head in heads))),
        tag("tbody", (row(heads, cells) for cells in rows)),
        class_="stack",
    )


def row(heads: Sequence[str], cells: Sequence[Content], looks: Sequence[str] = (), **attributes: object) -> Markup:
    """A line whose first cell names it; `looks` are the cells' classes: num, tight."""
    first, *others = cells
    shown = [*looks, *[""] * len(cells)]
    return tag(
        "tr",
        tag("th", first, scope="row", class_=shown[0] or None),
        (
            tag("td", cell, data_l=head, class_=look or None)
            for head, cell, look in zip(heads[1:], others, shown[1:], strict=False)
        ),
        **attributes,
    )


def facts(pairs: Iterable[tuple[Content, Content]]) -> Markup:
    """A record's data, label and value; what has no value is not shown."""
    shown = [(label, value) for label, value in pairs if value not in ("", None)]
    return tag("dl", (tag("div", tag("dt", label), tag("dd", value)) for label, value in shown), class_="record-facts")
