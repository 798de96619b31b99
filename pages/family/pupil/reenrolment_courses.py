"""Part 1 of « Réinscription »: the boxes of the administrative way, of cursus and disciplines, and « Ne se réinscrit pas »."""

from collections.abc import Mapping
from itertools import groupby

from markupsafe import Markup

from components.layout import glossary
from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import Content, button
from components.ui.tables import row
from data.core.errors import UserError
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import submission
from data.reenrolment.models import Discipline, Situation, Way
from data.reenrolment.submission import LEAVING

HEADS = (_("Cursus"), _("Cours"), _("Niveau"), _("Enseignant"), _("Cycle"), _("Actif"), _("Réinscription"))


def draw(uow: UnitOfWork, now: Situation, faults: Mapping[str, UserError]) -> Markup:
    fault = faults.get("way")
    year = uow.translate("Année {year}", year=now.campaign.school_year)
    return html.section(
        html.div(
            html.h2(uow.translate("1. Les cours de l’an prochain"), id="fault-way", tabindex="-1"),
            html.p(year, class_="soft"),
            class_="card-head",
        ),
        now.campaign.introduction and html.p(now.campaign.introduction, class_="soft"),
        fault and html.p(icon("alert"), html.span(fault.message(uow.language)), class_="fault"),
        _as_this_year(uow, now),
        now.campaign.administrative and _administrative(uow, now),
        glossary.line(uow.language, (line.course.name for line in now.disciplines), "next", *_terms(now)),
        _table(uow, now)
        if now.disciplines
        else html.p(uow.translate("Aucun cours n’est enregistré pour cette année.")),
        _leaving(uow, now, faults),
        class_="card stack-form",
        aria_label=uow.translate("Les cours de l’an prochain"),
    )


def _as_this_year(uow: UnitOfWork, now: Situation) -> Markup | None:
    """One press for the courses that the pupil has now; once it is so, it says so."""
    way, lines = submission.as_this_year(now)
    if not now.editable or not way:
        return None
    if now.way == way and now.chosen == set(lines):
        return html.p(icon("check"), html.span(uow.translate("Comme cette année.")), class_="was good")
    label = uow.translate("Continuer comme cette année")
    names = ", ".join(line.course.name for line in now.disciplines if line.active)
    return html.div(
        button(label, do="same", class_="btn" if not now.way else "btn quiet", aria_describedby="same-what"),
        names and html.span(names, id="same-what", class_="hint"),
        class_="as-this-year",
    )


def box(now: Situation, of: str, ticked: bool, name: Content, **more: object) -> Markup:
    """A box whose whole label can be pressed; its change is kept at once."""
    return html.label(
        html.input(
            type="checkbox",
            id=f"box-{of}",
            name="box",
            checked=ticked,
            disabled=not now.editable,
            data_change="choose",
            data_of=of,
            **more,
        ),
        html.span(name),
        class_="tick",
    )


def _terms(now: Situation) -> tuple[str, ...]:
    return ("cursus", "cycle", "administrative") if now.campaign.administrative else ("cursus", "cycle")


def _administrative(uow: UnitOfWork, now: Situation) -> Markup:
    return html.div(
        box(now, Way.ADMINISTRATIVE, now.way == Way.ADMINISTRATIVE, uow.translate("Réinscription administrative")),
        html.span(uow.translate("ou cochez les cursus et disciplines :"), class_="soft"),
        class_="tick-row",
    )


def _table(uow: UnitOfWork, now: Situation) -> Markup:
    heads = [uow.translate(head) for head in HEADS]
    rows: list[Markup] = []
    for cursus, lines in groupby(now.disciplines, lambda line: line.cursus):
        held = list(lines)
        if cursus:
            ticked = all(line.enrolment.id in now.chosen for line in held)
            text = uow.translate("Réinscription : tout le cursus {name}", name=cursus.name)
            tick = box(now, f"cursus-{cursus.id}", ticked, html.span(text, class_="unseen"))
            rows.append(row(heads, (html.strong(cursus.name), "", "", "", "", "", tick), class_="cursus"))
        rows += [_line(uow, now, heads, line) for line in held]
    return html.div(
        html.table(
            html.caption(uow.translate("Cursus et disciplines")),
            html.thead(html.tr(html.th(head, scope="col") for head in heads)),
            html.tbody(rows),
            class_="stack",
        ),
        class_="reenrolment",
    )


def _line(uow: UnitOfWork, now: Situation, heads: list[str], line: Discipline) -> Markup:
    text = uow.translate("Réinscription : {name}", name=line.course.name)
    tick = box(
        now,
        f"line-{line.enrolment.id}",
        line.enrolment.id in now.chosen,
        html.span(text, class_="unseen"),
    )
    active = uow.translate("Oui") if line.active else uow.translate("Non")
    level = line.enrolment.level
    cells: tuple[Content, ...] = (line.course.name, level, line.teacher_name, line.course.cycle, active, tick)
    return html.tr(
        html.td("" if line.cursus else uow.translate("Hors cursus"), data_l=None if line.cursus else heads[0]),
        html.th(cells[0], scope="row"),
        (html.td(cell, data_l=head) for head, cell in zip(heads[2:], cells[1:], strict=True)),
    )


def _leaving(uow: UnitOfWork, now: Situation, faults: Mapping[str, UserError]) -> Markup:
    ticked = now.way == Way.LEAVING
    wish = now.wish
    chosen = box(now, Way.LEAVING, ticked, uow.translate("Ne se réinscrit pas"))
    if not ticked or not wish:
        return html.div(chosen, class_="tick-row separate")
    return html.div(
        html.div(chosen, class_="tick-row separate"),
        html.div(
            labelled(
                uow,
                "fault-reason",
                "Motif",
                "select",
                options={"": _("Choisir"), **{each: each for each in LEAVING}},
                value=wish.reason,
                fault=faults.get("reason"),
                required=True,
                span=6,
                data_change="write",
                disabled=not now.editable,
            ),
            labelled(
                uow,
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
