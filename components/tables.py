"""A list is a real table: caption, column headers, and on a phone a small card for each row, with its labels."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from components.markup import Content, tag


def table(
    caption: Content, heads: Sequence[str], rows: Iterable[Sequence[Content]], *, quiet_caption: bool = False
) -> Markup:
    """Each row has a cell for each head; the first cell names the row. A `quiet_caption` is for screen readers only."""
    shown = tag("span", caption, class_="unseen") if quiet_caption else caption
    return tag(
        "table",
        tag("caption", shown),
        tag("thead", tag("tr", (tag("th", head, scope="col") for head in heads))),
        tag("tbody", (_row(heads, cells) for cells in rows)),
        class_="stack",
    )


def _row(heads: Sequence[str], cells: Sequence[Content]) -> Markup:
    first, *others = cells
    return tag(
        "tr",
        tag("th", first, scope="row"),
        (tag("td", cell, data_l=head) for head, cell in zip(heads[1:], others, strict=True)),
    )
