"""« Courriels », room « Cours annulés ou déplacés »: the lessons of a day; one is cancelled or moved in two presses, its families told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, ending
from components.ui.panel import Act, Answer, only_shows
from components.ui.review_queue import search_field
from components.ui.status_chip import status_chip
from components.ui.tables import table
from data.core import fields, formats, sites
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.schooling import lesson_changes
from data.schooling.lesson_changes import MAX_NOTE, Taught
from data.schooling.models import LessonState, instead_of
from pages.staff.letters import letters

PATH = "/gestion/courriels/cours"
ASK = "lesson-ask"
CANCEL, MOVE, RESTORE = "cancel", "move", "restore"
TITLES = {
    CANCEL: _("Annuler {course}, {when} ?"),
    MOVE: _("Déplacer {course}, {when}"),
    RESTORE: _("Maintenir {course}, {when} ?"),
}
DOES = {CANCEL: _("Annuler ce cours"), MOVE: _("Déplacer"), RESTORE: _("Maintenir ce cours")}


@dataclass
class PageState:
    """The day that is shown; `asked`: what is asked about which lesson; what was typed there and is wrong."""

    day: date
    search: str = ""
    asked: tuple[str, int] | None = None
    values: dict[str, str] = field(default_factory=dict)
    faults: dict[str, UserError] = field(default_factory=dict)
    banner: str = ""

    @property
    def url(self) -> str:
        return f"{PATH}?jour={self.day.isoformat()}"


@screen(PATH, Audience.STAFF, title=_("Cours annulés ou déplacés"))
def lessons(uow: UnitOfWork, jour: str = "") -> None:
    sites.here(uow)
    try:
        day = date.fromisoformat(jour[:10])
    except ValueError:
        day = uow.today
    acts = {"day": _day, "turn": _turn, "search": _search, CANCEL: _ask, MOVE: _ask, RESTORE: _ask, "change": _change}
    page_panel(uow, PageState(day), _draw, acts, [("lessons", uow.site_id or 0)])


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    found = lesson_changes.of_day(uow, page_state.day, page_state.search)
    when = formats.long_day(page_state.day, uow.language)
    under = uow.translate(
        "L’agenda et le calendrier des familles suivent aussitôt ; le courriel part si vous le voulez."
    )
    search = search_field(uow, page_state.search, uow.translate("Cours, professeur ou salle"))
    banner = html.div(icon("check"), html.p(page_state.banner), class_="notice good") if page_state.banner else ""
    return (
        head(uow.translate("Cours annulés ou déplacés"), under, search)
        + letters.tabs(uow, "/cours")
        + banner
        + _days(uow, page_state)
        + html.section(
            html.h2(when[:1].upper() + when[1:], id="lessons-title", tabindex="-1"),
            _table(uow, found) if found else html.p(uow.translate("Aucun cours ce jour-là.")),
            class_="card",
            aria_labelledby="lessons-title",
        )
        + _dialog(uow, page_state)
    )


def _days(uow: UnitOfWork, page_state: PageState) -> Markup:
    shown = formats.day(page_state.day)
    return acting_form(
        labelled(
            uow, "lessons-day", "Jour", "text", value=shown, fault=page_state.faults.get("shown"), inputmode="numeric",
            maxlength=10, autocomplete="off",
        ),
        html.div(
            html.button(uow.translate("Voir ce jour"), type="submit", class_="btn quiet"),
            button(icon("previous"), uow.translate("Veille"), do="turn", of=-1, class_="link"),
            button(uow.translate("Lendemain"), icon("next"), do="turn", of=1, class_="link"),
            class_="filter-acts",
        ),
        do="day",
        of="",
        class_="sift",
        autocomplete="off",
    )  # fmt: skip


def _table(uow: UnitOfWork, found: list[Taught]) -> Markup:
    heads = [_("Heure"), _("Cours"), _("Professeur"), _("Salle"), _("Élèves"), _("État"), _("Changer")]
    rows = [_row(uow, each) for each in found]
    caption = uow.ngettext("{count} cours ce jour-là", "{count} cours ce jour-là", count=len(found))
    return table(caption, [uow.translate(each) for each in heads], rows, looks=["tight", "", "", "", "num"])


def _row(uow: UnitOfWork, each: Taught) -> list[object]:
    lesson = each.lesson
    state = LessonState(lesson.state or LessonState.PLANNED)
    at = formats.clock(each.starts, uow.language)
    said = ". ".join(filter(None, (instead_of(lesson, uow.language), lesson.note)))
    note = said and html.span(said, class_="small soft")
    shown = state in {LessonState.CANCELLED, LessonState.MOVED}
    chip = html.span(status_chip(uow, state), " ", note) if shown else ""
    past = lesson.day < uow.today or state == LessonState.HELD
    kinds = () if past else (RESTORE,) if state == LessonState.CANCELLED else (CANCEL, MOVE)
    words = {CANCEL: _("Annuler"), MOVE: _("Déplacer"), RESTORE: _("Maintenir")}
    about = ending(uow.language, f"{each.course.name}, {at}")
    acts = [
        button(uow.translate(words[kind]), about, do=kind, of=lesson.id, class_="btn quiet small") for kind in kinds
    ]
    return [
        at,
        each.course.name,
        each.teacher_name,
        each.course.room,
        each.pupils,
        chip,
        html.span(acts, class_="side-actions"),
    ]


def _dialog(uow: UnitOfWork, page_state: PageState) -> Markup:
    """The second press: what is told, and whether by letter."""
    if page_state.asked is None:
        return html.dialog(id=ASK, aria_label=uow.translate("Changer un cours"))
    kind, lesson_id = page_state.asked
    each, values, faults = lesson_changes.one(uow, lesson_id), page_state.values, page_state.faults
    day = formats.day_of_week(each.lesson.day, uow.language)
    at = formats.clock(each.starts, uow.language)
    when = uow.translate("{day} à {hour}", day=day, hour=at) if at else day
    moved = (
        labelled(uow, "lesson-day", "Nouveau jour", "text", value=values.get("day", formats.day(each.lesson.day)),
                 fault=faults.get("day"), span=6, inputmode="numeric", autocomplete="off"),
        labelled(uow, "lesson-hour", "Heure", "text", value=values.get("hour", at), fault=faults.get("hour"), span=6,
                 autocomplete="off"),
    ) if kind == MOVE else ()  # fmt: skip
    note = labelled(uow, "lesson-note", "Précision pour les familles (facultatif)", "text", value=values.get("note", ""),
                    fault=faults.get("note"), maxlength=MAX_NOTE, autocomplete="off") if kind != RESTORE else None  # fmt: skip
    ticked = html.input(type="checkbox", name="tells", id="lesson-tells", checked=not values or "tells" in values)
    tells = uow.ngettext(
        "Prévenir les familles par courriel ({count} élève)",
        "Prévenir les familles par courriel ({count} élèves)",
        count=each.pupils,
    )
    return html.dialog(
        html.h2(uow.translate(TITLES[kind], course=each.course.name, when=when), id=f"{ASK}-title"),
        acting_form(
            html.div(moved, note, class_="grid"),
            html.p(html.label(ticked, tells, class_="box-label"), hidden=not each.pupils),
            html.div(
                html.button(uow.translate("Retour"), type="button", class_="btn quiet", data_closes=True),
                html.button(uow.translate(DOES[kind]), type="submit", class_="btn", autofocus=kind != MOVE),
                class_="actions",
            ),
            do="change",
            of=f"{kind}-{lesson_id}",
        ),
        id=ASK,
        aria_labelledby=f"{ASK}-title",
    )


@only_shows
def _ask(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.asked, page_state.values, page_state.faults, page_state.banner = (act.do, act.number()), {}, {}, ""
    return Answer(open=ASK)


def _change(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    if page_state.asked is None or act.of != "-".join(map(str, page_state.asked)):
        return Answer(close=ASK)
    (kind, lesson_id), typed = page_state.asked, act.values
    tells, note = "tells" in typed, typed.get("note", "")
    page_state.values, page_state.faults = dict(typed), {}
    try:
        if kind == CANCEL:
            lesson_changes.cancel(uow, lesson_id, note, tells=tells)
        elif kind == RESTORE:
            lesson_changes.restore(uow, lesson_id, tells=tells)
        else:
            lesson_changes.move(uow, lesson_id, _typed_day(typed), typed.get("hour", ""), note, tells=tells)
    except ValidationErrors as invalid:
        page_state.faults = dict(invalid.faults)
        return Answer(focus=f"lesson-{next(iter(invalid.faults))}")
    page_state.asked, page_state.values = None, {}
    said = (
        _("C’est fait : les familles vont être prévenues par courriel.") if tells else _("C’est fait, sans courriel.")
    )
    page_state.banner = uow.translate(said)
    return Answer(announce=page_state.banner, close=ASK, focus="lessons-title")


def _typed_day(typed: Mapping[str, str]) -> date | None:
    try:
        return fields.read_date(typed.get("day", "")[:20])
    except UserError:
        return None


@only_shows
def _day(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.faults, page_state.banner = {}, ""
    try:
        page_state.day = fields.read_date(act.values.get("day", "")[:20]) or page_state.day
    except UserError as error:
        page_state.faults = {"shown": error}
        return Answer(focus="lessons-day")
    return Answer(url=page_state.url, focus="lessons-title")


@only_shows
def _turn(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.day += timedelta(days=-1 if act.of == "-1" else 1)
    page_state.faults, page_state.banner = {}, ""
    return Answer(url=page_state.url, focus="lessons-title")


@only_shows
def _search(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.search = act.values.get("search", "")[:60]
    return Answer()
