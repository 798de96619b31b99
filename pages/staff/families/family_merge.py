"""« Réunir deux familles »: the other family is chosen, questions answered, who will see what is read; then done, and undone for a day."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import screen
from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button
from components.ui.panel import Act, Answer
from components.ui.review_queue import acts_of
from components.ui.tables import table
from data.accounts.caller import Audience
from data.core import formats
from data.core.errors import UserError
from data.core.i18n import _, pair, translate_or_same
from data.core.unit_of_work import UnitOfWork
from data.directory import merge_families, merge_preview, part_families, search
from data.directory.edit_families import RIGHTS
from data.directory.merge_preview import Preview, Question, Sight
from data.families import models as families
from data.families.models import Family
from pages.staff.families.families import PATH

MAX_FOUND = 10


@dataclass
class PageState:
    """Which family stays, which one was chosen, what was typed and answered."""

    number: int
    other: int = 0
    typed: str = ""
    answers: dict[str, str] = field(default_factory=dict)


@screen(PATH + "/{family}/reunir", Audience.STAFF, title=_("Réunir deux familles"))
def merge_screen(uow: UnitOfWork, family: int, avec: int = 0) -> None:
    page_state = PageState(family, avec)
    found = families.by_number(uow, family)
    Panel(
        uow,
        lambda w: _draw(w, page_state),
        follows=[("family", found.id)],
        classes="flow families",
        on=acts_of(page_state, {"find": _find, "choose": _choose, "answer": _answer, "merge": _merge, "part": _part}),
    )


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    kept = families.by_number(uow, page_state.number)
    back = html.p(way_back(uow.translate("Fiche de la famille"), f"{PATH}/{kept.number}"))
    title = head(
        uow.translate("Réunir deux familles"),
        uow.translate("Famille n° {number}", number=kept.number) + _names(uow, kept),
        id_="merge-title",
    )
    body = _merged(uow, kept) + _chooser(uow, page_state, kept)
    if page_state.other:
        body += _preview(uow, page_state, kept)
    return back + title + body


def _names(uow: UnitOfWork, family: Family) -> str:
    adults, _ = families.of_family(uow, family.id)
    return "".join(f" · {adult.full_name}" for adult in adults[:3])


def _merged(uow: UnitOfWork, kept: Family) -> Markup:
    """What was merged within the day, and the way back."""
    done = part_families.latest(uow, kept.id)
    if done is None:
        return Markup()
    text = uow.translate(
        "La famille n° {number} y a été réunie le {day} par {name}. Cela s’annule jusqu’au {until}, tant que rien n’y a changé.",
        number=done.gone_number,
        day=formats.moment(done.at, uow.zone, uow.language),
        name=done.author,
        until=formats.moment(part_families.until(done), uow.zone, uow.language),
    )
    undo = button(uow.translate("Annuler la réunion"), do="part", of=done.id, class_="btn quiet small")
    return html.div(icon("check"), html.div(html.p(text), html.p(undo), class_="flow tight"), class_="notice good",
        role="status",
    )  # fmt: skip


def _chooser(uow: UnitOfWork, page_state: PageState, kept: Family) -> Markup:
    form = acting_form(
        html.div(
            labelled(
                uow,
                "merge-typed",
                "L’autre famille",
                "search",
                value=page_state.typed,
                hint=_("Son numéro, un nom, une adresse e-mail, un téléphone."),
                maxlength=80,
                span=8,
            ),
            class_="grid",
        ),
        html.div(html.button(uow.translate("Chercher"), type="submit", class_="btn quiet"), class_="actions"),
        do="find",
        of="",
        class_="stack-form",
    )
    return html.section(html.p(uow.translate("La famille n° {number} reste. L’autre y entre, et son numéro mène ensuite ici.", number=kept.number)),
        form,
        _results(uow, page_state, kept),
        class_="card flow",
        aria_label=uow.translate("L’autre famille"),
    )  # fmt: skip


def _results(uow: UnitOfWork, page_state: PageState, kept: Family) -> Markup:
    if not page_state.typed:
        return Markup()
    rows = [
        (
            uow.translate("n° {number}", number=each.family.number),
            ", ".join(adult.full_name for adult in each.adults),
            ", ".join(pupil.full_name for pupil in each.pupils),
            button(
                uow.translate("Choisir"),
                html.span(" ", uow.translate("n° {number}", number=each.family.number), class_="unseen"),
                do="choose",
                of=each.family.number,
                class_="btn quiet small",
            ),
        )
        for each in search.find(uow, page_state.typed, most=MAX_FOUND + 1).families
        if each.family.id != kept.id
    ][:MAX_FOUND]
    if not rows:
        return html.p(uow.translate("Aucune autre famille ne répond à cette recherche."), role="status")
    heads = [uow.translate(each) for each in (_("Famille"), _("Adultes"), _("Élèves"), _("Action"))]
    return table(uow.translate("Familles trouvées"), heads, rows)


def _read(uow: UnitOfWork, page_state: PageState) -> Preview:
    kept, gone = (families.by_number(uow, number) for number in (page_state.number, page_state.other))
    return merge_preview.preview(uow, kept.id, gone.id, page_state.answers)


def _preview(uow: UnitOfWork, page_state: PageState, kept: Family) -> Markup:
    try:
        found = _read(uow, page_state)
    except UserError as error:
        return html.div(icon("alert"), html.p(error.message(uow.language)), class_="notice bad", role="alert")
    numbers = [uow.translate("Famille n° {number}", number=each.number) for each in (found.kept, found.gone)]
    counts = [
        (uow.translate(label), str(mine), str(theirs))
        for (label, mine), (_, theirs) in zip(found.held, found.moved, strict=True)
        if mine or theirs
    ]
    people = [
        (uow.translate(label), *(", ".join(row.full_name for row in rows[at]) or "–" for at in (0, 1)))
        for label, rows in ((_("Adultes"), found.adults), (_("Élèves"), found.pupils))
    ]
    other_way = html.a(
        uow.translate("Garder plutôt la famille n° {number}", number=found.gone.number),
        href=f"{PATH}/{found.gone.number}/reunir?avec={kept.number}",
        class_="link",
    )
    return (
        html.section(
            html.h2(uow.translate("Ce qui serait réuni"), id="merge-what"),
            table(uow.translate("Qui est dans chaque famille"), [uow.translate("Personnes"), *numbers], people),
            table(uow.translate("Ce que chaque famille a"), [uow.translate("Fiches"), *numbers], counts),
            html.p(other_way),
            class_="card flow merging",
            aria_labelledby="merge-what",
        )
        + _questions(uow, page_state, found)
        + (_confirm(uow, page_state, found) if not found.asked(page_state.answers) else Markup())
    )


def _questions(uow: UnitOfWork, page_state: PageState, found: Preview) -> Markup:
    if not found.questions:
        return Markup()
    form = acting_form(
        *(_question(uow, page_state, each) for each in found.questions),
        html.div(html.button(uow.translate("Répondre"), type="submit", class_="btn"), class_="actions"),
        do="answer",
        of="",
        class_="stack-form",
    )
    return html.section(
        html.h2(uow.translate("À dire avant de réunir"), id="merge-asked"),
        form,
        class_="card",
        aria_labelledby="merge-asked",
    )


def _question(uow: UnitOfWork, page_state: PageState, question: Question) -> Markup:
    answer = page_state.answers.get(question.key, "")
    choices = [
        html.label(html.input(type="radio", name=question.key, value=value, checked=value == answer, id=f"{question.key}-{value}"),
            translate_or_same(text, uow.language),
            class_="check",
            for_=f"{question.key}-{value}",
        )
        for value, text in question.choices.items()
    ]  # fmt: skip
    asked = html.legend(uow.translate(question.sentence, **question.words))
    return html.fieldset(asked, html.div(choices, class_="answers"), class_="question")


def _confirm(uow: UnitOfWork, page_state: PageState, found: Preview) -> Markup:
    seen = [html.li(_sight(uow, each)) for each in merge_preview.sights(uow, found, page_state.answers)]
    nobody = html.p(uow.translate("Aucun compte de ces familles n’est ouvert : personne ne verra rien de plus."))
    form = acting_form(
        html.label(html.input(type="checkbox", name="lu", value="oui", id="merge-lu"),
            uow.translate("J’ai lu qui verra quoi."),
            class_="check",
            for_="merge-lu",
        ),
        html.div(html.button(uow.translate("Réunir les familles"), type="submit", class_="btn bad"), class_="actions"),
        do="merge",
        of=found.mark,
        class_="stack-form",
    )  # fmt: skip
    return html.section(
        html.h2(uow.translate("Qui verra quoi"), id="merge-seen"),
        html.ul(seen) if seen else nobody,
        form,
        class_="card flow",
        aria_labelledby="merge-seen",
    )


def _sight(uow: UnitOfWork, sight: Sight) -> str:
    things = [uow.translate("les coordonnées de {name}", name=name) for name in sight.adults]
    things += [
        uow.translate("le dossier de {name} ({rights})", name=name, rights=uow.translate(RIGHTS[rights]).lower())
        for name, rights in sight.pupils
    ]
    things += [pair(uow.translate(label), count, uow.language) for label, count in sight.counts]
    sentence = _("{name} ({login}) verra désormais, de la famille n° {number} : {things}.")
    if not things:
        sentence = _("{name} ({login}) ne verra rien de plus.")
    return uow.translate(sentence, name=sight.name, login=sight.login, number=sight.number, things=" ; ".join(things))


def _find(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.typed, page_state.other = act.values.get("typed", "").strip()[:80], 0
    return Answer(focus="merge-typed")


def _choose(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.other, page_state.answers = families.by_number(uow, act.number()).number, {}
    return Answer(focus="merge-what")


def _answer(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    before = dict(page_state.answers)
    page_state.answers |= {key[:40]: value[:20] for key, value in act.values.items() if "-" in key}
    try:
        left = _read(uow, page_state).asked(page_state.answers)
    except UserError:
        page_state.answers = before
        raise
    return Answer(focus="merge-asked" if left else "merge-seen")


def _merge(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    if act.values.get("lu") != "oui":
        raise UserError("Lisez qui verra quoi, puis cochez la case.")
    kept, gone = (families.by_number(uow, number) for number in (page_state.number, page_state.other))
    merge_families.merge(uow, kept.id, gone.id, page_state.answers, act.of)
    page_state.other, page_state.typed, page_state.answers = 0, "", {}
    return Answer(toast=uow.translate("Les familles sont réunies."), focus="merge-title")


def _part(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    done = part_families.latest(uow, families.by_number(uow, page_state.number).id)
    if done is None or done.id != act.number():
        raise part_families.TOO_LATE
    part_families.undo(uow, done.id)
    return Answer(toast=uow.translate("Les familles sont de nouveau deux."), focus="merge-title")
