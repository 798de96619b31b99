"""« Actualités »: what families read on Accueil, in the order they read it."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.fields import in_english, labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button
from components.ui.panel import Act, Answer
from components.ui.tables import table
from data.core import formats, own_texts
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.fields import editables
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.office import news
from data.office.news import News
from data.site_admin.settings import NEWS
from pages.staff.settings import frame


@dataclass
class Writing:
    """The piece that is being changed (None: a new one), and what was refused."""

    opened: int | None = None
    faults: dict[str, UserError] = field(default_factory=dict)


@screen(frame.path_of(NEWS), Audience.MANAGER, title=_("Actualités"))
def news_of_the_site(uow: UnitOfWork) -> None:
    writing = Writing()
    Panel(
        uow,
        lambda w: _draw(w, writing),
        on={
            "open": lambda w, act: _open(w, act, writing),
            "new": lambda w, act: _new(writing),
            "save": lambda w, act: _save(w, act, writing),
            "delete": lambda w, act: _delete(w, act, writing),
            "raise": lambda w, act: news.move(w, act.number(), -1),
            "lower": lambda w, act: news.move(w, act.number(), 1),
        },
        follows=[("news", uow.site_id or 0)],
        classes="flow",
    )


def _draw(uow: UnitOfWork, writing: Writing) -> Markup:
    rows = list(news.every(uow))
    heads = [uow.translate(each) for each in (_("Titre"), _("Du"), _("Au"), _("État"), _("Action"))]
    listed = (
        table(uow.translate("Actualités"), heads, [_row(uow, each) for each in rows], quiet_caption=True)
        if rows
        else html.p(
            uow.translate(
                "Aucune actualité. Écrivez la première ci-dessous : les familles la liront sur leur accueil."
            ),
        )
    )
    return frame.around(
        uow,
        NEWS,
        html.section(listed, class_="card", aria_label=uow.translate("Actualités")),
        _form(uow, rows, writing),
    )


def _row(uow: UnitOfWork, each: News) -> tuple[object, ...]:
    shown = each.shown_on(uow.today)
    state = _("Affichée") if shown else _("À venir") if each.first_day > uow.today else _("Passée")
    unseen = html.span(f" {each.title}", class_="unseen")
    moves = [
        button(icon(drawing), html.span(uow.translate(text), unseen, class_="unseen"), do=do, of=each.id, class_="link")
        for do, drawing, text in (("raise", "up", _("Monter")), ("lower", "down", _("Descendre")))
    ]
    acts = html.span(
        button(uow.translate("Modifier"), unseen, do="open", of=each.id, class_="link"),
        moves,
        button(uow.translate("Retirer"), unseen, do="delete", of=each.id, class_="link"),
        class_="row-actions",
    )
    chip = html.span(uow.translate(state), class_="chip good" if shown else "chip")
    return each.title, formats.day(each.first_day), formats.day(each.last_day), chip, acts


def _form(uow: UnitOfWork, rows: list[News], writing: Writing) -> Markup:
    one = next((each for each in rows if each.id == writing.opened), None)
    title = uow.translate("Modifier l’actualité") if one else uow.translate("Nouvelle actualité")
    fields = []
    for name, mark in editables(News).items():
        shown = (
            mark.format_value(mark.shown(one), uow.language)
            if one
            else formats.day(uow.today)
            if name == "first_day"
            else ""
        )
        fields.append(
            labelled(
                uow,
                f"news-{name}",
                mark.mark.label,
                "textarea" if name == "body" else "text",
                value=shown,
                hint=mark.kind.hint,
                fault=writing.faults.get(name),
                required=mark.mark.required,
                span=mark.mark.span,
                maxlength=mark.length,
                autocomplete="off",
            )
        )
    twins = [(name, editables(News)[name].mark.label, longest) for name, longest in news.TWINS.items()]
    english = {own_texts.twin(name): text for name, text in one.english.items()} if one else {}
    cancel = button(uow.translate("Annuler"), do="new", class_="btn quiet") if one else None
    save = html.button(uow.translate("Enregistrer"), type="submit", class_="btn", id="news-save")
    form = acting_form(
        html.div(fields, class_="grid"),
        in_english(uow, "news", twins, english, writing.faults),
        html.div(cancel, save, class_="actions"),
        do="save",
        of=one.id if one else 0,
        data_draft=f"news-{one.id if one else 0}-{uow.account_id}",
        id="news-form",
    )
    return html.section(
        html.h2(title, id="writing-title", tabindex="-1"),
        form,
        class_="card",
        aria_labelledby="writing-title",
    )


def _open(uow: UnitOfWork, act: Act, writing: Writing) -> Answer:
    writing.opened, writing.faults = uow.get(News, act.number()).id, {}
    return Answer(focus="writing-title")


def _new(writing: Writing) -> Answer:
    writing.opened, writing.faults = None, {}
    return Answer(focus="writing-title")


def _save(uow: UnitOfWork, act: Act, writing: Writing) -> Answer:
    number, writing.faults = act.number(), {}
    try:
        news.save(uow, number or None, act.values)
    except ValidationErrors as invalid:
        writing.faults = invalid.faults
        return Answer(focus=f"news-{next(iter(invalid.faults))}")
    writing.opened = None
    return Answer(
        toast=uow.translate("L’actualité est enregistrée."),
        forget=f"news-{number}-{uow.account_id}",
        focus="writing-title",
    )


def _delete(uow: UnitOfWork, act: Act, writing: Writing) -> Answer:
    number = act.number()
    if number == 0:
        raise NotFound("news 0")
    news.delete(uow, number)
    if writing.opened == number:
        writing.opened = None
    return Answer(toast=uow.translate("L’actualité est retirée."), focus="writing-title")
