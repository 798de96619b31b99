"""« Actualités »: what families read on Accueil, in the order they read it."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, tag
from components.ui.panel import Act, Answer
from components.ui.tables import table
from data.core import formats
from data.core.errors import Faulty, NotYours, Refused
from data.core.fields import editables
from data.core.unit_of_work import Visit
from data.office import news
from data.office.news import News
from data.site_admin.settings import NEWS
from pages.staff.settings import frame


@dataclass
class Writing:
    """The piece that is being changed (None: a new one), and what was refused."""

    opened: int | None = None
    faults: dict[str, Refused] = field(default_factory=dict)


@screen(frame.path_of(NEWS), Audience.MANAGER, title="Actualités")
def news_of_the_site(v: Visit) -> None:
    writing = Writing()
    Panel(
        v,
        lambda w: _draw(w, writing),
        on={
            "open": lambda w, act: _open(w, act, writing),
            "new": lambda w, act: _new(writing),
            "save": lambda w, act: _save(w, act, writing),
            "delete": lambda w, act: _delete(w, act, writing),
            "raise": lambda w, act: news.move(w, act.number(), -1),
            "lower": lambda w, act: news.move(w, act.number(), 1),
        },
        follows=[("news", v.site_id or 0)],
        classes="flow",
    )


def _draw(v: Visit, writing: Writing) -> Markup:
    rows = list(news.every(v))
    heads = [v.say(each) for each in ("Titre", "Du", "Au", "État", "Action")]
    listed = (
        table(v.say("Actualités"), heads, [_row(v, each) for each in rows], quiet_caption=True)
        if rows
        else tag(
            "p", v.say("Aucune actualité. Écrivez la première ci-dessous : les familles la liront sur leur accueil.")
        )
    )
    return frame.around(
        v, NEWS, tag("section", listed, class_="card", aria_label=v.say("Actualités")), _form(v, rows, writing)
    )


def _row(v: Visit, each: News) -> tuple[object, ...]:
    shown = each.shown_on(v.today)
    state = "Affichée" if shown else "À venir" if each.first_day > v.today else "Passée"
    unseen = tag("span", f" {each.title}", class_="unseen")
    acts = tag(
        "span",
        button(v.say("Modifier"), unseen, do="open", of=each.id, class_="link"),
        button(
            icon("up"), tag("span", v.say("Monter"), unseen, class_="unseen"), do="raise", of=each.id, class_="link"
        ),
        button(
            icon("down"),
            tag("span", v.say("Descendre"), unseen, class_="unseen"),
            do="lower",
            of=each.id,
            class_="link",
        ),
        button(v.say("Retirer"), unseen, do="delete", of=each.id, class_="link"),
        class_="row-actions",
    )
    chip = tag("span", v.say(state), class_="chip good" if shown else "chip")
    return each.title, formats.day(each.first_day), formats.day(each.last_day), chip, acts


def _form(v: Visit, rows: list[News], writing: Writing) -> Markup:
    one = next((each for each in rows if each.id == writing.opened), None)
    title = v.say("Modifier l’actualité") if one else v.say("Nouvelle actualité")
    fields = []
    for name, mark in editables(News).items():
        shown = mark.tell(mark.shown(one), v.tongue) if one else formats.day(v.today) if name == "first_day" else ""
        fields.append(
            labelled(
                v,
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
    cancel = button(v.say("Annuler"), do="new", class_="btn quiet") if one else None
    save = tag("button", v.say("Enregistrer"), type="submit", class_="btn", id="news-save")
    form = acting_form(
        tag("div", fields, class_="grid"),
        tag("div", cancel, save, class_="actions"),
        do="save",
        of=one.id if one else 0,
        data_keep=f"news-{one.id if one else 0}-{v.account_id}",
        id="news-form",
    )
    return tag(
        "section",
        tag("h2", title, id="writing-title", tabindex="-1"),
        form,
        class_="card",
        aria_labelledby="writing-title",
    )


def _open(v: Visit, act: Act, writing: Writing) -> Answer:
    writing.opened, writing.faults = v.get(News, act.number()).id, {}
    return Answer(focus="writing-title")


def _new(writing: Writing) -> Answer:
    writing.opened, writing.faults = None, {}
    return Answer(focus="writing-title")


def _save(v: Visit, act: Act, writing: Writing) -> Answer:
    number, writing.faults = act.number(), {}
    try:
        news.save(v, number or None, act.values)
    except Faulty as faulty:
        writing.faults = faulty.faults
        return Answer(focus=f"news-{next(iter(faulty.faults))}")
    writing.opened = None
    return Answer(
        toast=v.say("L’actualité est enregistrée."), forget=f"news-{number}-{v.account_id}", focus="writing-title"
    )


def _delete(v: Visit, act: Act, writing: Writing) -> Answer:
    number = act.number()
    if number == 0:
        raise NotYours("news 0")
    news.delete(v, number)
    if writing.opened == number:
        writing.opened = None
    return Answer(toast=v.say("L’actualité est retirée."), focus="writing-title")
