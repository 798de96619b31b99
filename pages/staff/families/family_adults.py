"""« Familles », tab « Adultes »: each record to correct at once, adults to add or remove; and the new family."""

from collections.abc import Callable

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import screen
from components.ui import correction_form, html
from components.ui.asking import asking
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import Content, acting_form, button, ending
from components.ui.panel import Act, Answer, Handler
from data.accounts.caller import Audience
from data.core.errors import ValidationErrors
from data.core.i18n import _
from data.core.roles import Role
from data.core.unit_of_work import UnitOfWork
from data.directory import delete_family, edit_families
from data.families import models as families
from data.families import protection
from data.families.models import Family, Guardian
from pages.staff.families.families import PATH
from pages.staff.families.family import FamilyView, PageState, faulty, tab

ASKED_FIRST = ("civility", "last_name", "first_name", "email", "phone_mobile")
ADD = "new-adult"


def _draw(uow: UnitOfWork, view: FamilyView) -> Markup:
    waiting = edit_families.waiting_for(uow, view.adults)
    cards = [_adult(uow, view, adult, waiting["guardian", adult.id]) for adult in view.adults]
    return Markup("").join([*cards, _more(uow, view)])


def _adult(uow: UnitOfWork, view: FamilyView, adult: Guardian, waiting: correction_form.Waiting) -> Markup:
    first = adult is view.adults[0]
    stored = protection.contact_shown(uow, adult)
    chips = [
        html.span(uow.translate("Responsable"), class_="chip") if first else None,
        html.span(icon("alert"), uow.translate("Coordonnées masquées"), class_="chip bad")
        if adult.contact_hidden
        else None,
        waiting
        and html.span(
            icon("clock"),
            uow.ngettext("{count} champ en attente", "{count} champs en attente", count=len(waiting)),
            class_="chip pending",
        ),
    ]
    notice = None
    if not stored:
        notice = html.div(icon("info"), html.p(uow.translate(protection.PROTECTED)), class_="notice")
    return html.section(
        html.div(
            html.h2(adult.full_name or uow.translate("Sans nom"), chips),
            _acts(uow, view, adult, first),
            class_="head",
        ),
        notice,
        correction_form.form(
            uow, adult, waiting, view.page_state.shown, hidden=protection.hidden_fields(uow, "guardian", adult)
        ),
        _removal(uow, adult, view.adults[1] if first else None) if len(view.adults) > 1 else None,
        class_="card record-card",
        aria_label=adult.full_name,
    )


def _acts(uow: UnitOfWork, view: FamilyView, adult: Guardian, first: bool) -> Markup:
    named = ending(uow.language, adult.full_name)
    hide = (
        button(uow.translate("Lever la protection"), named, do="show-contact", of=adult.id, class_="link")
        if adult.contact_hidden
        else button(uow.translate("Masquer les coordonnées"), named, do="hide-contact", of=adult.id, class_="link")
    )
    more = len(view.adults) > 1
    may_leave = more and protection.all_shown(uow, view.adults)
    return html.div(
        more
        and not first
        and button(uow.translate("Désigner comme responsable"), named, do="first", of=adult.id, class_="link"),
        hide if not adult.contact_hidden or uow.role == Role.MANAGER else None,
        may_leave
        and html.button(
            uow.translate("Retirer"),
            named,
            type="button",
            data_opens=f"remove-{adult.id}-ask",
            class_="btn bad small",
        ),
        class_="buttons",
    )


def _removal(uow: UnitOfWork, adult: Guardian, following: Guardian | None) -> Markup:
    """Asked once. `following` is the « responsable » from then on."""
    id_ = f"remove-{adult.id}-ask"
    text: Content = uow.translate(
        "Retirer {name} de la famille ? Sa fiche disparaît, son compte est bloqué ; le journal garde ce qui était écrit.",
        name=adult.full_name,
    )
    if following:
        then = uow.translate("{name} devient le responsable de la famille.", name=following.full_name)
        text = html.p(text) + html.p(then)
    return asking(uow, id_, text, uow.translate("Retirer"), do="remove", of=adult.id, look="bad")


def _more(uow: UnitOfWork, view: FamilyView) -> Markup:
    """Whom the secretariat may not add, or take away, a household under protection says itself."""
    if not protection.all_shown(uow, view.adults):
        return html.div(icon("info"), html.p(uow.translate(protection.KEPT_PROTECTED)), class_="notice")
    opener = html.button(uow.translate("Ajouter un adulte"), type="button", data_opens=ADD, class_="btn quiet")
    form = acting_form(
        html.h2(uow.translate("Ajouter un adulte"), id=f"{ADD}-title"),
        correction_form.new(uow, Guardian, ASKED_FIRST, view.page_state.shown, "new-guardian"),
        html.div(
            html.button(uow.translate("Retour"), type="button", class_="btn quiet", data_closes=True),
            html.button(uow.translate("Ajouter"), type="submit", class_="btn"),
            class_="actions",
        ),
        do="add",
        of=view.family.number,
        class_="stack-form",
    )
    merge = html.a(
        uow.translate("Réunir avec une autre famille"),
        href=f"{PATH}/{view.family.number}/reunir",
        class_="btn quiet",
    )
    remove, ask = _deletion(uow, view.family)
    return (
        html.div(opener, merge, remove, class_="buttons")
        + ask
        + html.dialog(form, id=ADD, class_="form", aria_labelledby=f"{ADD}-title")
    )


def _deletion(uow: UnitOfWork, family: Family) -> tuple[Markup, Markup]:
    """Asked once; what is against it is said then."""
    id_ = "delete-family-ask"
    opener = html.button(uow.translate("Supprimer la famille"), type="button", data_opens=id_, class_="btn bad")
    text = uow.translate(
        "Supprimer la famille n° {number} ? Le journal garde ce qui était écrit.", number=family.number
    )
    acts = html.div(
        html.button(uow.translate("Retour"), type="button", class_="btn quiet", data_closes=True, autofocus=True),
        button(uow.translate("Supprimer la famille"), do="delete-family", class_="btn bad", data_closes=True),
        class_="actions",
    )
    return opener, html.dialog(html.p(text, id=f"{id_}-text"), acts, id=id_, aria_labelledby=f"{id_}-text")


def _delete(uow: UnitOfWork, page_state: PageState) -> Answer:
    delete_family.delete(uow, families.by_number(uow, page_state.number).id)
    return Answer(go=PATH)


def _on(page_state: PageState) -> dict[str, Handler]:
    def of(uow: UnitOfWork, act: Act) -> Guardian:
        return edit_families.adult_of(uow, families.by_number(uow, page_state.number), act.number())

    def simply(do: Callable[[UnitOfWork, Guardian], None], text: str) -> Handler:
        def done(uow: UnitOfWork, act: Act) -> Answer:
            do(uow, of(uow, act))
            return Answer(toast=uow.translate(text), focus="family-title")

        return done

    def add(uow: UnitOfWork, act: Act) -> Answer:
        try:
            adult = edit_families.add_adult(uow, families.by_number(uow, page_state.number), act.values)
        except ValidationErrors as found:
            return faulty(page_state, "new-guardian", act, found)
        page_state.shown.forget("new-guardian")
        return Answer(toast=uow.translate("L’adulte est ajouté."), close=ADD, focus=f"guardian-{adult.id}-last_name")

    return {
        "correct": correcting(page_state, of),
        "add": add,
        "delete-family": lambda uow, act: _delete(uow, page_state),
        "remove": simply(edit_families.remove_adult, _("L’adulte est retiré.")),
        "first": simply(edit_families.put_first, _("Le responsable est changé.")),
        "hide-contact": simply(
            lambda uow, row: edit_families.hide_contact(uow, row, hidden=True),
            _("Les coordonnées de tout le foyer sont masquées."),
        ),
        "show-contact": simply(
            lambda uow, row: edit_families.hide_contact(uow, row, hidden=False),
            _("La protection est levée pour tout le foyer."),
        ),
    }


def correcting(page_state: PageState, of: Callable[[UnitOfWork, Act], object]) -> Handler:
    """What « Enregistrer » does, for a record that `of` finds."""

    def correct(uow: UnitOfWork, act: Act) -> Answer:
        row = of(uow, act)
        key = correction_form.key_of(row)
        try:
            done = edit_families.correct(uow, row, act.values)
        except ValidationErrors as found:
            page_state.shown.forget(key)  # what moved meanwhile is on the screen now
            return faulty(page_state, key, act, found)
        page_state.shown.forget(key)
        draft = f"office-{key}-{uow.account_id}"
        if not done.changes:
            return Answer(dialog=uow.translate("Aucune modification à enregistrer."), forget=draft)
        text = uow.ngettext("{count} champ est corrigé.", "{count} champs sont corrigés.", count=len(done.changes))
        return Answer(toast=text, forget=draft, focus=f"{key}-save")

    return correct


@screen(PATH + "/nouvelle", Audience.STAFF, title=_("Nouvelle famille"))
def new_family(uow: UnitOfWork) -> None:
    shown = correction_form.Shown()
    Panel(
        uow, lambda w: _draw_new(w, shown), classes="flow", on={"add-family": lambda w, act: _add_family(w, act, shown)}
    )


def _draw_new(uow: UnitOfWork, shown: correction_form.Shown) -> Markup:
    key = "new-family"
    fault = shown.faults.get(key, {}).get("number")
    number = labelled(
        uow,
        f"{key}-number",
        "Numéro de famille",
        "text",
        value=shown.typed.get(key, {}).get("number", str(edit_families.next_number(uow, Family))),
        hint=_("Le suivant est proposé. Prenez celui de votre logiciel de gestion s’il en donne un."),
        fault=fault,
        required=True,
        span=4,
        inputmode="numeric",
        maxlength=9,
        autocomplete="off",
    )
    form = acting_form(
        html.div(number, class_="grid"),
        html.h2(uow.translate("Responsable")),
        correction_form.new(uow, Guardian, ASKED_FIRST, shown, key),
        html.div(
            html.a(uow.translate("Retour"), href=PATH, class_="btn quiet"),
            html.button(uow.translate("Ajouter la famille"), type="submit", class_="btn"),
            class_="actions",
        ),
        do="add-family",
        of="",
        data_draft=f"new-family-{uow.account_id}",
    )
    under = uow.translate("Le reste de la fiche, les élèves et les comptes s’ajoutent ensuite.")
    return head(uow.translate("Nouvelle famille"), under) + html.section(form, class_="card")


def _add_family(uow: UnitOfWork, act: Act, shown: correction_form.Shown) -> Answer:
    try:
        family = edit_families.add_family(uow, act.values)
    except ValidationErrors as found:
        shown.faults["new-family"], shown.typed["new-family"] = found.faults, act.values
        return Answer(focus=f"new-family-{next(iter(found.faults))}")
    return Answer(go=f"{PATH}/{family.number}", forget=f"new-family-{uow.account_id}")


tab("adultes", _draw, _on)
