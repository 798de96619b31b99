"""Part 1 of « Réinscription »: the boxes of the administrative way, of cursus and disciplines, and « Ne se réinscrit pas »."""

from collections.abc import Mapping
from itertools import groupby

from markupsafe import Markup

from components.layout import glossary
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import Content, tag
from components.ui.tables import row
from data.core.errors import Refused
from data.core.unit_of_work import Visit
from data.reenrolment.models import Discipline, Situation
from data.reenrolment.submission import LEAVING

HEADS = ("Cursus", "Cours", "Niveau", "Enseignant", "Cycle", "Actif", "Réinscription")


def draw(v: Visit, now: Situation, faults: Mapping[str, Refused]) -> Markup:
    fault = faults.get("way")
    year = v.say("Année {year}", year=now.campaign.school_year)
    return tag(
        "section",
        tag(
            "div",
            tag("h2", v.say("1. Les cours de l’an prochain"), id="fault-way", tabindex="-1"),
            tag("p", year, class_="soft"),
            class_="sheet-head",
        ),
        now.campaign.introduction and tag("p", now.campaign.introduction, class_="soft"),
        fault and tag("p", icon("alert"), tag("span", fault.tell(v.tongue)), class_="fault"),
        now.campaign.administrative and _administrative(v, now),
        glossary.line(v.tongue, (line.course.name for line in now.disciplines), "next", *_terms(now)),
        _table(v, now) if now.disciplines else tag("p", v.say("Aucun cours n’est enregistré pour cette année.")),
        _leaving(v, now, faults),
        class_="card stack-form",
        aria_label=v.say("Les cours de l’an prochain"),
    )


def box(now: Situation, of: str, ticked: bool, name: Content, **more: object) -> Markup:
    """A box whose whole label can be pressed; its change is kept at once."""
    return tag(
        "label",
        tag(
            "input",
            type="checkbox",
            id=f"box-{of}",
            name="box",
            checked=ticked,
            disabled=not now.editable,
            data_change="choose",
            data_of=of,
            **more,
        ),
        tag("span", name),
        class_="tick",
    )


def _terms(now: Situation) -> tuple[str, ...]:
    return ("cursus", "cycle", "administrative") if now.campaign.administrative else ("cursus", "cycle")


def _administrative(v: Visit, now: Situation) -> Markup:
    return tag(
        "div",
        box(now, "administrative", now.way == "administrative", v.say("Réinscription administrative")),
        tag("span", v.say("ou cochez les cursus et disciplines :"), class_="soft"),
        class_="tick-row",
    )


def _table(v: Visit, now: Situation) -> Markup:
    heads = [v.say(head) for head in HEADS]
    rows: list[Markup] = []
    for cursus, lines in groupby(now.disciplines, lambda line: line.cursus):
        held = list(lines)
        if cursus:
            ticked = all(line.enrolment.id in now.chosen for line in held)
            words = v.say("Réinscription : tout le cursus {name}", name=cursus.name)
            tick = box(now, f"cursus-{cursus.id}", ticked, tag("span", words, class_="unseen"))
            rows.append(row(heads, (tag("strong", cursus.name), "", "", "", "", "", tick), class_="cursus"))
        rows += [_line(v, now, heads, line) for line in held]
    return tag(
        "div",
        tag(
            "table",
            tag("caption", v.say("Cursus et disciplines")),
            tag("thead", tag("tr", (tag("th", head, scope="col") for head in heads))),
            tag("tbody", rows),
            class_="stack",
        ),
        class_="reenrolment",
    )


def _line(v: Visit, now: Situation, heads: list[str], line: Discipline) -> Markup:
    words = v.say("Réinscription : {name}", name=line.course.name)
    tick = box(
        now,
        f"line-{line.enrolment.id}",
        line.enrolment.id in now.chosen,
        tag("span", words, class_="unseen"),
    )
    active = v.say("Oui") if line.active else v.say("Non")
    level = line.enrolment.level
    cells: tuple[Content, ...] = (line.course.name, level, line.teacher_name, line.course.cycle, active, tick)
    return tag(
        "tr",
        tag("td", "" if line.cursus else v.say("Hors cursus"), data_l=None if line.cursus else heads[0]),
        tag("th", cells[0], scope="row"),
        (tag("td", cell, data_l=head) for head, cell in zip(heads[2:], cells[1:], strict=True)),
    )


def _leaving(v: Visit, now: Situation, faults: Mapping[str, Refused]) -> Markup:
    ticked = now.way == "leaving"
    wish = now.wish
    chosen = box(now, "leaving", ticked, v.say("Ne se réinscrit pas"))
    if not ticked or not wish:
        return tag("div", chosen, class_="tick-row apart")
    return tag(
        "div",
        tag("div", chosen, class_="tick-row apart"),
        tag(
            "div",
            labelled(
                v,
                "fault-reason",
                "Motif",
                "select",
                options={"": "Choisir", **{each: each for each in LEAVING}},
                value=wish.reason,
                fault=faults.get("reason"),
                required=True,
                span=6,
                data_change="write",
                disabled=not now.editable,
            ),
            labelled(
                v,
                "fault-precision",
                "Précisions",
                "text",
                value=wish.precision,
                fault=faults.get("precision"),
                span=6,
                maxlength=500,
                autocomplete="off",
                data_search="write",
                disabled=not now.editable,
            ),
            class_="grid",
        ),
    )
