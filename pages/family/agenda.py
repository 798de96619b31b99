"""« Agenda »: a week or a month of all the family's pupils. Arrows go from day to day (components/assets/theme/keys.js)."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qs

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.panel import Act, Answer, only_shows
from data.core import formats, sites
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import Pupil, PupilLink, Rights
from data.schooling import agenda as agenda_of
from data.schooling import lesson_letters, school_days
from pages.family import agenda_views
from pages.family.agenda_views import Shown

VIEWS = {"semaine": _("Semaine"), "mois": _("Mois")}
FAR = timedelta(days=6 * 366)  # as long as a pupil's past courses, and further than anything is planned


@dataclass
class PageState:
    """What one open page shows: a week or a month, and the day it is about."""

    view: str
    day: date

    @property
    def url(self) -> str:
        return address(self.view, self.day)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day that are drawn: whole weeks."""
        if self.view == "mois":
            first, last = self.day.replace(day=1), _next_month(self.day) - timedelta(days=1)
        else:
            first = last = self.day
        return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())

    def moved(self, step: int) -> date:
        """The same weekday a week away, or the same day of a month away."""
        if self.view == "semaine":
            return self.day + timedelta(days=7 * step)
        first = self.day.replace(day=1)
        there = _next_month(first) if step > 0 else (first - timedelta(days=1)).replace(day=1)
        return min(there.replace(day=1) + timedelta(days=self.day.day - 1), _next_month(there) - timedelta(days=1))


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def address(view: str, day: date) -> str:
    """Of a week or a month, as a link or a bookmark keeps it."""
    return f"/agenda?vue={view}&jour={day.isoformat()}"


@screen("/agenda", Audience.FAMILY, title=_("Agenda"))
def agenda(uow: UnitOfWork, vue: str = "", jour: str = "") -> None:
    sites.here(uow)  # whose day it is
    page_state = PageState(vue if vue in VIEWS else "semaine", _day(uow, jour))
    topics = [("family", uow.family_id or 0), *(("pupil", pupil.id) for pupil, _ in families.pupils(uow))]
    page_panel(uow, page_state, _draw, ACTS, topics)


def _day(uow: UnitOfWork, text: str) -> date:
    """The day that an address names; today where it names none, or one that nothing is known of."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return uow.today
    return day if abs(day - uow.today) < FAR else uow.today


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    linked, site = families.pupils(uow), sites.here(uow)
    pupils = [pupil for pupil, _ in linked]
    first, last = page_state.days
    shown = Shown(
        uow,
        page_state.day,
        first,
        last,
        pupils,
        agenda_of.between(uow, pupils, first, last),
        school_days.between(site, first, last),
    )
    drawn = agenda_views.month(shown) if page_state.view == "mois" else agenda_views.week(shown)
    goes = button(
        "", do="day", of=page_state.day.isoformat(), id="day-asked", hidden=True
    )  # where arrows leave what is drawn
    return html.div(
        head(uow.translate("Agenda"), _under(uow, linked)),
        _bar(uow, page_state),
        agenda_views.legend(pupils) if len(pupils) > 1 else None,
        drawn,
        html.p(uow.translate("Au clavier, les flèches vont d’un jour à l’autre."), class_="small soft keys-hint"),
        goes,
        _more(uow, linked),
        class_="flow agenda",
    )


def _title(uow: UnitOfWork, page_state: PageState) -> str:
    if page_state.view == "mois":
        return formats.month(page_state.day, uow.language)
    first, last = page_state.days
    return uow.translate(
        "Semaine du {first} au {last}",
        first=formats.first_of_days(first, last, uow.language),
        last=formats.day_of_year(last, uow.language),
    )


def _under(uow: UnitOfWork, linked: list[tuple[Pupil, PupilLink]]) -> str:
    if not linked:
        return uow.translate("Aucun élève n’est rattaché à votre famille.")
    return uow.translate(
        "Cours, auditions, absences et vacances de {names}",
        names=formats.listed([pupil.called for pupil, _ in linked], uow.language),
    )


def _bar(uow: UnitOfWork, page_state: PageState) -> Markup:
    """The period, the way to its neighbours, and the other view."""
    of_week = page_state.view == "semaine"
    steps = (
        (page_state.moved(-1), _("Semaine précédente") if of_week else _("Mois précédent"), "previous"),
        (page_state.moved(1), _("Semaine suivante") if of_week else _("Mois suivant"), "next"),
        (uow.today, _("Aujourd’hui"), ""),
    )
    links = [
        html.a(
            icon(drawing) if drawing else None,
            html.span(uow.translate(label), class_="unseen" if drawing else None),
            href=address(page_state.view, day),
            id=f"turn-{drawing or 'today'}",
            class_="btn quiet",
            data_do="turn",
            data_of=day.isoformat(),
        )
        for day, label, drawing in steps
    ]
    views = [
        html.a(
            uow.translate(label),
            href=address(view, page_state.day),
            id=f"view-{view}",
            data_do="view",
            data_of=view,
            aria_current="page" if view == page_state.view else None,
        )
        for view, label in VIEWS.items()
    ]
    title = _title(uow, page_state)
    return html.div(
        html.h2(title[:1].upper() + title[1:], id="period", tabindex="-1"),
        html.nav(links, class_="steps-of-days", aria_label=uow.translate("Période")),
        html.nav(views, class_="tabs", aria_label=uow.translate("Vue")),
        class_="agenda-bar",
    )


def _more(uow: UnitOfWork, linked: list[tuple[Pupil, PupilLink]]) -> Markup:
    """What one does from here: announce an absence, be informed, have the same in one's telephone."""
    announce = [
        html.a(
            uow.translate("Annoncer une absence de {name}", name=pupil.called),
            href=f"/eleves/{pupil.number}/absences",
            class_="btn quiet",
        )
        for pupil, link in linked
        if link.rights == Rights.ALL
    ]
    informed = lesson_letters.wanted(uow)
    state = (
        _("Vous recevez un e-mail dès qu’un cours est annulé ou déplacé.")
        if informed
        else _("Vous ne recevez pas d’e-mail quand un cours est annulé ou déplacé.")
    )
    act = uow.translate("Ne plus le recevoir") if informed else uow.translate("Le recevoir")
    return html.section(
        html.h2(uow.translate("Rester au courant")),
        html.div(announce, class_="buttons") if announce else None,
        html.p(icon("mail"), " ", uow.translate(state), id="informed", role="status"),
        html.div(
            button(act, do="letters", of="no" if informed else "yes", class_="btn quiet", id="letters"),
            html.a(
                icon("calendar"), uow.translate("Recevoir l’agenda"), href="/mot-de-passe/agenda", class_="btn quiet"
            ),
            class_="buttons",
        ),
        class_="card flow-card",
        aria_label=uow.translate("Rester au courant"),
    )


@only_shows
def _view(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    if act.of not in VIEWS:
        raise NotFound(f"view {act.of[:20]}")
    page_state.view = act.of
    return Answer(push=page_state.url, announce=_title(uow, page_state), focus=f"view-{act.of}")


@only_shows
def _turn(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.day = _day(uow, act.of)
    return Answer(push=page_state.url, announce=_title(uow, page_state))


@only_shows
def _choose(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """Another day of what is drawn is no step of its own for the back button."""
    before, page_state.day = page_state.days, _day(uow, act.of)
    here, focus = page_state.url, f"day-{page_state.day.isoformat()}"
    return Answer(url=here, focus=focus) if page_state.days == before else Answer(push=here, focus=focus)


@only_shows
def _address(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """Back and forward: what was drawn then."""
    before, asked = page_state.url, parse_qs(act.values.get("query", "").removeprefix("?"))
    view, day = (asked.get(name, [""])[0] for name in ("vue", "jour"))
    page_state.view, page_state.day = view if view in VIEWS else "semaine", _day(uow, day)
    return Answer(announce=_title(uow, page_state) if page_state.url != before else "")


def _letters(uow: UnitOfWork, act: Act, _page_state: PageState) -> Answer:
    lesson_letters.choose(uow, act.of == "yes")
    return Answer(announce=uow.translate("Votre choix est enregistré."), focus="letters")


ACTS = {"view": _view, "turn": _turn, "day": _choose, "address": _address, "letters": _letters}
