"""« Familles », tab « Élèves »: each pupil's record, its households and what each may do."""

from markupsafe import Markup

from components.ui import correction_form, html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, ending
from components.ui.panel import Act, Answer, Handler
from components.ui.tables import table
from data.core.errors import NotFound, ValidationErrors
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.directory import edit_families, edit_pupils
from data.directory.edit_families import HOUSEHOLDS, RIGHTS
from data.directory.edit_pupils import Household
from data.families import models as families
from data.families import protection
from data.families.models import HouseholdRank, Pupil, PupilLink, Rights
from pages.staff.families.families import PATH
from pages.staff.families.family import FamilyView, PageState, faulty, tab
from pages.staff.families.family_adults import correcting

ADD, LINK = "new-pupil", "link-pupil"
ASKED_FIRST = ("last_name", "first_name", "gender", "birth_date")


def _draw(uow: UnitOfWork, view: FamilyView) -> Markup:
    pupils = [pupil for pupil, _ in view.pupils]
    homes, waiting = edit_pupils.households(uow, [each.id for each in pupils]), edit_families.waiting_for(uow, pupils)
    cards = [_pupil(uow, view, each, homes[each.id], waiting["pupil", each.id]) for each in pupils]
    empty = None if pupils else html.p(uow.translate("Aucun élève n’est rattaché à cette famille."), class_="card")
    return Markup("").join([*cards, empty or "", _more(uow, view)])


def _pupil(
    uow: UnitOfWork, view: FamilyView, pupil: Pupil, homes: list[Household], waiting: correction_form.Waiting
) -> Markup:
    about = " · ".join(
        filter(None, (uow.translate("Dossier n° {number}", number=pupil.number), pupil.discipline, pupil.cycle))
    )
    hidden = protection.hidden_fields(uow, "pupil", pupil)
    return html.section(
        html.div(html.div(html.h2(pupil.full_name), html.p(about)), class_="head"),
        table(
            uow.translate("Foyers de {name}", name=pupil.called),
            [uow.translate(label) for label in (_("Famille"), _("Rattachement et droits"), _("Action"))],
            [_home(uow, view, pupil, home, homes) for home in homes],
        ),
        html.h3(uow.translate("Fiche de l’élève")),
        hidden and html.div(icon("info"), html.p(uow.translate(protection.PROTECTED)), class_="notice"),
        correction_form.form(uow, pupil, waiting, view.page_state.shown, hidden=hidden),
        class_="card record-card",
        aria_label=pupil.full_name,
    )


def _home(
    uow: UnitOfWork, view: FamilyView, pupil: Pupil, home: Household, homes: list[Household]
) -> tuple[object, ...]:
    other, count = next((each for each in homes if each is not home), None), len(homes)
    link, own = home.link, home.family.id == view.family.id
    number = uow.translate("n° {number}", number=home.family.number)
    name = number if own else html.a(number, href=f"{PATH}/{home.family.number}/eleves")
    whose = html.span(name, html.small(home.names), own and html.small(uow.translate("cette famille")))
    may_leave = other and protection.all_shown(uow, home.adults)
    return whose, _rights(uow, link, home, count), _unlink(uow, pupil, home, other) if other and may_leave else ""


def _rights(uow: UnitOfWork, link: PupilLink, home: Household, count: int) -> Markup:
    if count == 1 and link.rights == Rights.ALL:
        return html.span(uow.translate(HOUSEHOLDS[link.household]), " · ", uow.translate(RIGHTS[link.rights]))
    named = ending(uow.language, home.names)
    return acting_form(
        labelled(uow, f"link-{link.id}-household", "Rattachement", "select", options=HOUSEHOLDS, value=link.household),
        labelled(uow, f"link-{link.id}-rights", "Droits", "select", options=RIGHTS, value=link.rights),
        html.button(uow.translate("Changer"), named, type="submit", class_="btn quiet small"),
        do="change-link",
        of=link.id,
        class_="line-form",
    )


def _unlink(uow: UnitOfWork, pupil: Pupil, home: Household, other: Household) -> Markup:
    """Where the principal household goes, who is principal next and what they may do is asked."""
    link, named = home.link, ending(uow.language, home.names)
    if link.household != HouseholdRank.PRINCIPAL:
        return button(uow.translate("Détacher"), named, do="unlink", of=link.id, class_="btn bad small")
    id_ = f"unlink-{link.id}"
    text = uow.translate(
        "{name} est détaché de son foyer principal. L’autre foyer ({names}) devient le foyer principal ; il en est prévenu "
        "par e-mail.",
        name=pupil.full_name,
        names=other.names or uow.translate("famille n° {number}", number=other.family.number),
    )
    opener = html.button(
        uow.translate("Détacher"), named, type="button", data_opens=f"{id_}-ask", class_="btn bad small"
    )
    form = acting_form(
        html.p(text, id=f"{id_}-text"),
        labelled(
            uow,
            f"{id_}-rights",
            "Ce que ce foyer pourra faire",
            "select",
            options=RIGHTS,
            value=other.link.rights,
        ),
        html.div(
            html.button(uow.translate("Retour"), type="button", class_="btn quiet", data_closes=True, autofocus=True),
            html.button(uow.translate("Détacher"), type="submit", class_="btn bad"),
            class_="actions",
        ),
        do="unlink",
        of=link.id,
        class_="stack-form",
    )
    return opener + html.dialog(form, id=f"{id_}-ask", aria_labelledby=f"{id_}-text")


def _more(uow: UnitOfWork, view: FamilyView) -> Markup:
    buttons = html.div(
        html.button(uow.translate("Ajouter un élève"), type="button", data_opens=f"{ADD}-dialog", class_="btn quiet"),
        html.button(
            icon("family"),
            uow.translate("Rattacher un élève d’une autre famille"),
            type="button",
            data_opens=f"{LINK}-dialog",
            class_="btn quiet",
        ),
        class_="buttons",
    )
    dialogs = [
        html.dialog(form, id=f"{id_}-dialog", class_="form", aria_labelledby=f"{id_}-title")
        for id_, form in ((ADD, _add_form(uow, view)), (LINK, _link_form(uow, view)))
    ]
    return buttons + Markup("").join(dialogs)


def _add_form(uow: UnitOfWork, view: FamilyView) -> Markup:
    number = str(edit_families.next_number(uow, Pupil))
    shown = view.page_state.shown
    return acting_form(
        html.h2(uow.translate("Ajouter un élève"), id=f"{ADD}-title"),
        html.div(
            labelled(
                uow,
                f"{ADD}-number",
                "Numéro de dossier",
                "text",
                value=shown.typed.get(ADD, {}).get("number", number),
                fault=shown.faults.get(ADD, {}).get("number"),
                required=True,
                span=4,
                maxlength=9,
                inputmode="numeric",
            ),
            class_="grid",
        ),
        correction_form.new(uow, Pupil, ASKED_FIRST, shown, ADD),
        _foot(uow, uow.translate("Ajouter")),
        do="add",
        of=view.family.number,
        class_="stack-form",
    )


def _link_form(uow: UnitOfWork, view: FamilyView) -> Markup:
    return acting_form(
        html.h2(uow.translate("Rattacher un élève d’une autre famille"), id=f"{LINK}-title"),
        html.p(
            uow.translate(
                "La famille devient le second foyer de l’élève. Chaque foyer garde ses coordonnées pour lui."
            ),
        ),
        html.div(
            labelled(
                uow,
                f"{LINK}-number",
                "Numéro de dossier",
                "text",
                span=6,
                maxlength=9,
                inputmode="numeric",
                required=True,
            ),
            labelled(uow, f"{LINK}-rights", "Droits", "select", options=RIGHTS, value=Rights.CONSULT, span=6),
            class_="grid",
        ),
        _foot(uow, uow.translate("Rattacher")),
        do="link",
        of=view.family.number,
        class_="stack-form",
    )


def _foot(uow: UnitOfWork, text: str) -> Markup:
    return html.div(
        html.button(uow.translate("Retour"), type="button", class_="btn quiet", data_closes=True),
        html.button(text, type="submit", class_="btn"),
        class_="actions",
    )


def _on(page_state: PageState) -> dict[str, Handler]:
    def here_(uow: UnitOfWork) -> families.Family:
        return families.by_number(uow, page_state.number)

    def own_link(uow: UnitOfWork, act: Act) -> int:
        """Of a pupil of this family: the other household's link too."""
        link = uow.get(PupilLink, act.number())
        edit_pupils.pupil_of(uow, here_(uow), link.pupil_id)
        return link.id

    def add(uow: UnitOfWork, act: Act) -> Answer:
        try:
            pupil = edit_pupils.add_pupil(uow, here_(uow), act.values)
        except ValidationErrors as found:
            return faulty(page_state, ADD, act, found)
        page_state.shown.forget(ADD)
        text = uow.translate("L’élève est ajouté : dossier n° {number}.", number=pupil.number)
        return Answer(toast=text, close=f"{ADD}-dialog", focus="family-title")

    def link(uow: UnitOfWork, act: Act) -> Answer:
        pupil = edit_pupils.link(uow, here_(uow), act.values.get("number", ""), act.values.get("rights", ""))
        text = uow.translate("{name} est rattaché à cette famille.", name=pupil.full_name)
        return Answer(toast=text, close=f"{LINK}-dialog", focus="family-title")

    def change(uow: UnitOfWork, act: Act) -> Answer:
        asked = act.values.get("household", ""), act.values.get("rights", "")
        edit_pupils.change_link(uow, own_link(uow, act), *asked)
        return Answer(toast=uow.translate("Les droits des foyers sont changés."), focus=f"link-{act.of}-household")

    def unlink(uow: UnitOfWork, act: Act) -> Answer:
        pupil = edit_pupils.unlink(uow, own_link(uow, act), act.values.get("rights", ""))
        return Answer(
            toast=uow.translate("{name} est détaché de ce foyer.", name=pupil.full_name), focus="family-title"
        )

    def of(uow: UnitOfWork, act: Act) -> Pupil:
        if not 0 < act.number() < 2**31:
            raise NotFound("pupil")
        return edit_pupils.pupil_of(uow, here_(uow), act.number())

    return {"correct": correcting(page_state, of), "add": add, "link": link, "change-link": change, "unlink": unlink}


tab("eleves", _draw, _on)
