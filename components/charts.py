"""A curve, drawn on the server: one line, its ends labelled, the same figures as a table behind « Voir les chiffres »."""

from collections.abc import Sequence

from markupsafe import Markup

from components.markup import tag
from components.tables import table
from data import formats
from data.visits import Visit

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 480, 150, 36, 44, 22, 24


def averages(v: Visit, title: str, points: Sequence[tuple[str, int]]) -> Markup | None:
    """Averages out of 20 (hundredths) over school years; None with fewer than two."""
    if len(points) < 2:
        return None
    values = [value for _, value in points]
    low = max(0, (min(values) // 500 - (1 if min(values) % 500 < 150 else 0)) * 500)
    high = 2000
    spots = [(_across(at, len(points)), _up(value, low, high)) for at, value in enumerate(values)]
    told = v.say(
        "{title} : de {first} sur 20 en {from_year} à {last} sur 20 en {to_year}",
        title=title,
        first=formats.decimal(values[0], v.tongue),
        last=formats.decimal(values[-1], v.tongue),
        from_year=points[0][0],
        to_year=points[-1][0],
    )
    parts = [
        *(
            tag("path", d=f"M{LEFT} {_up(line, low, high)}H{WIDTH - RIGHT}", class_="grid-line")
            for line in range(low, high + 1, 500)
        ),
        *(
            tag("text", formats.decimal(line, v.tongue, places=0), x=LEFT - 8, y=_up(line, low, high) + 5, class_="end")
            for line in (low, high)
        ),
        tag("path", d="M" + "L".join(f"{x} {y}" for x, y in spots), class_="curve"),
        *(tag("circle", cx=x, cy=y, r=4, class_="spot") for x, y in spots),
        tag("text", formats.decimal(values[-1], v.tongue), x=spots[-1][0], y=spots[-1][1] - 10, class_="last"),
        tag("text", points[0][0], x=LEFT, y=HEIGHT - 4),
        tag("text", points[-1][0], x=WIDTH - RIGHT, y=HEIGHT - 4, class_="end"),
    ]
    picture = tag("svg", parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=told, class_="chart")
    figures = table(
        title,
        [v.say("Année"), v.say("Moyenne /20")],
        [(year, formats.decimal(value, v.tongue)) for year, value in reversed(points)],
    )
    return tag(
        "figure",
        tag("figcaption", title),
        picture,
        tag("details", tag("summary", v.say("Voir les chiffres")), figures),
        class_="figure",
    )


def _across(at: int, count: int) -> float:
    return round(LEFT + 8 + at * (WIDTH - LEFT - RIGHT - 16) / (count - 1), 1)


def _up(value: int, low: int, high: int) -> float:
    return round(TOP + (high - value) * (HEIGHT - TOP - BOTTOM) / (high - low), 1)
