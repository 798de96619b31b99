"""A curve, drawn on the server: one line, its ends labelled, the same figures as a table behind « Voir les chiffres »."""

from collections.abc import Sequence

from markupsafe import Markup

from components.ui import html
from components.ui.tables import table
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 480, 150, 36, 44, 22, 24


def averages(uow: UnitOfWork, title: str, points: Sequence[tuple[str, int]]) -> Markup | None:
    """Averages out of 20 (hundredths) over school years; None with fewer than two."""
    if len(points) < 2:
        return None
    values = [value for _, value in points]
    low = max(0, (min(values) // 500 - (1 if min(values) % 500 < 150 else 0)) * 500)
    high = 2000
    spots = [(_across(at, len(points)), _up(value, low, high)) for at, value in enumerate(values)]
    description = uow.translate(
        "{title} : de {first} sur 20 en {from_year} à {last} sur 20 en {to_year}",
        title=title,
        first=formats.decimal(values[0], uow.language),
        last=formats.decimal(values[-1], uow.language),
        from_year=points[0][0],
        to_year=points[-1][0],
    )
    parts = [
        *(
            html.path(d=f"M{LEFT} {_up(line, low, high)}H{WIDTH - RIGHT}", class_="grid-line")
            for line in range(low, high + 1, 500)
        ),
        *(
            html.text(
                formats.decimal(line, uow.language, places=0),
                x=LEFT - 8,
                y=_up(line, low, high) + 5,
                class_="end",
            )
            for line in (low, high)
        ),
        html.path(d="M" + "L".join(f"{x} {y}" for x, y in spots), class_="curve"),
        *(html.circle(cx=x, cy=y, r=4, class_="spot") for x, y in spots),
        html.text(formats.decimal(values[-1], uow.language), x=spots[-1][0], y=spots[-1][1] - 10, class_="last"),
        html.text(points[0][0], x=LEFT, y=HEIGHT - 4),
        html.text(points[-1][0], x=WIDTH - RIGHT, y=HEIGHT - 4, class_="end"),
    ]
    picture = html.svg(parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=description, class_="chart")
    figures = table(
        title,
        [uow.translate("Année"), uow.translate("Moyenne /20")],
        [(year, formats.decimal(value, uow.language)) for year, value in reversed(points)],
    )
    return html.figure(
        html.figcaption(title),
        picture,
        html.details(html.summary(uow.translate("Voir les chiffres")), figures),
        class_="figure",
    )


def progress(uow: UnitOfWork, title: str, weeks: Sequence[tuple[str, int, int, int, int]]) -> Markup | None:
    """Requests received and validated over the weeks: (week, received, validated, to correct, silent); None for one week."""
    if len(weeks) < 2:
        return None
    high = max(1, *(week[1] for week in weeks))
    curves = []
    for at, look in ((1, ""), (2, " second")):
        figures = [week[1] if at == 1 else week[2] for week in weeks]
        spots = [(_across(place, len(weeks)), _up(figure, 0, high)) for place, figure in enumerate(figures)]
        x, y = spots[-1]
        curves += [
            html.path(d="M" + "L".join(f"{a} {b}" for a, b in spots), class_=f"curve{look}"),
            html.circle(cx=x, cy=y, r=4, class_=f"spot{look}"),
            html.text(figures[-1], x=x + 10, y=y + 5, class_=f"count{look}"),
        ]
    description = uow.translate(
        "{title} : {received} reçues et {validated} validées la semaine du {week}",
        title=title,
        received=weeks[-1][1],
        validated=weeks[-1][2],
        week=weeks[-1][0],
    )
    parts = [
        *(html.path(d=f"M{LEFT} {_up(line, 0, high)}H{WIDTH - RIGHT}", class_="grid-line") for line in (0, high)),
        *(html.text(line, x=LEFT - 8, y=_up(line, 0, high) + 5, class_="end") for line in (0, high)),
        *curves,
        html.text(weeks[0][0], x=LEFT, y=HEIGHT - 4),
        html.text(weeks[-1][0], x=WIDTH - RIGHT, y=HEIGHT - 4, class_="end"),
    ]
    heads = [
        uow.translate(each)
        for each in (_("Semaine du"), _("Reçues"), _("Validées"), _("À corriger"), _("Sans réponse"))
    ]
    return html.figure(
        html.figcaption(
            html.span(uow.translate("Reçues"), class_="key"),
            " ",
            html.span(uow.translate("Validées"), class_="key second"),
        ),
        html.svg(parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label=description, class_="chart"),
        html.details(html.summary(uow.translate("Voir les chiffres")), table(title, heads, [*reversed(weeks)])),
        class_="figure",
    )


def _across(at: int, count: int) -> float:
    return round(LEFT + 8 + at * (WIDTH - LEFT - RIGHT - 16) / (count - 1), 1)


def _up(value: int, low: int, high: int) -> float:
    return round(TOP + (high - value) * (HEIGHT - TOP - BOTTOM) / (high - low), 1)
