"""« Familles », tab « Adultes »: each sheet to correct at once, adults to add or remove; and the new family."""

from collections.abc import Callable

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import screen
from components.ui import correction_form
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, tag
from components.ui.panel import Act, Answer, Handler
from data.accounts.caller import Audience
from data.core.errors import Faulty
from data.core.unit_of_work import Visit
from data.directory import edit_families
from data.families import models as families
from data.families.models import Family, Guardian
from pages.staff.families.families import PATH
from pages.staff.families.family import Desk, Sheet, faulty, tab

ASKED_FIRST = ("civility", "last_name", "first_name", "email", "phone_mobile")
ADD = "new-adult"


def _draw(v: Visit, sheet: Sheet) -> Markup:
    waiting = edit_families.waiting_for(v, sheet.adults)
    cards = [_adult(v, sheet, adult, waiting["guardian", adult.id]) for adult in sheet.adults]
    return Markup("").join([*cards, _add(v, sheet)])


def _adult(v: Visit, sheet: Sheet, adult: Guardian, waiting: correction_form.Waiting) -> Markup:
    first = adult is sheet.adults[0]
    kept = families.contact_shown(v, adult)
    chips = [
        tag("span", v.say("Responsable"), class_="chip") if first else None,
        tag("span", icon("alert"), v.say("Coordonnées masquées"), class_="chip bad") if adult.contact_hidden else None,
        waiting
        and tag(
            "span",
            icon("clock"),
            v.say("{count} champ en attente#{count} champs en attente", count=len(waiting)),
            class_="chip pending",
        ),
    ]
    notice = None
    if not kept:
        notice = tag("div", icon("info"), tag("p", v.say(families.PROTECTED)), class_="notice")
    return tag(
        "section",
        tag(
            "div", tag("h2", adult.full_name or v.say("Sans nom"), chips), _acts(v, sheet, adult, first), class_="head"
        ),
        notice,
        correction_form.sheet(v, adult, waiting, sheet.desk.shown, hidden=families.hidden_fields(v, "guardian", adult)),
        _removal(v, adult) if len(sheet.adults) > 1 else None,
        class_="card sheet-card",
        aria_label=adult.full_name,
    )


def _acts(v: Visit, sheet: Sheet, adult: Guardian, first: bool) -> Markup:
    named = tag("span", f" : {adult.full_name}", class_="unseen")
    hide = (
        button(v.say("Lever la protection"), named, do="show-contact", of=adult.id, class_="link")
        if adult.contact_hidden
        else button(v.say("Masquer les coordonnées"), named, do="hide-contact", of=adult.id, class_="link")
    )
    more = len(sheet.adults) > 1
    return tag(
        "div",
        more
        and not first
        and button(v.say("Désigner comme responsable"), named, do="first", of=adult.id, class_="link"),
        hide if not adult.contact_hidden or v.role == "responsable" else None,
        more
        and tag(
            "button",
            v.say("Retirer"),
            named,
            type="button",
            data_opens=f"remove-{adult.id}-ask",
            class_="btn bad small",
        ),
        class_="buttons",
    )


def _removal(v: Visit, adult: Guardian) -> Markup:
    """Asked once."""
    id_ = f"remove-{adult.id}-ask"
    words = v.say(
        "Retirer {name} de la famille ? Sa fiche disparaît, son compte est bloqué ; le journal garde ce qui était écrit.",
        name=adult.full_name,
    )
    return tag(
        "dialog",
        tag("p", words, id=f"{id_}-text"),
        tag(
            "div",
            tag("button", v.say("Retour"), type="button", class_="btn quiet", data_closes=True, autofocus=True),
            button(v.say("Retirer"), do="remove", of=adult.id, class_="btn bad", data_closes=True),
            class_="actions",
        ),
        id=id_,
        aria_labelledby=f"{id_}-text",
    )


def _add(v: Visit, sheet: Sheet) -> Markup:
    opener = tag("button", v.say("Ajouter un adulte"), type="button", data_opens=ADD, class_="btn quiet")
    form = acting_form(
        tag("h2", v.say("Ajouter un adulte"), id=f"{ADD}-title"),
        correction_form.new(v, Guardian, ASKED_FIRST, sheet.desk.shown, "new-guardian"),
        tag(
            "div",
            tag("button", v.say("Retour"), type="button", class_="btn quiet", data_closes=True),
            tag("button", v.say("Ajouter"), type="submit", class_="btn"),
            class_="actions",
        ),
        do="add",
        of=sheet.family.number,
        class_="stack-form",
    )
    return tag("div", opener, class_="buttons") + tag(
        "dialog", form, id=ADD, class_="form", aria_labelledby=f"{ADD}-title"
    )


def _on(desk: Desk) -> dict[str, Handler]:
    def of(v: Visit, act: Act) -> Guardian:
        return edit_families.adult_of(v, families.by_number(v, desk.number), act.number())

    def simply(do: Callable[[Visit, Guardian], None], words: str) -> Handler:
        def done(v: Visit, act: Act) -> Answer:
            do(v, of(v, act))
            return Answer(toast=v.say(words), focus="family-title")

        return done

    def add(v: Visit, act: Act) -> Answer:
        try:
            adult = edit_families.add_adult(v, families.by_number(v, desk.number), act.values)
        except Faulty as found:
            return faulty(desk, "new-guardian", act, found)
        desk.shown.forget("new-guardian")
        return Answer(toast=v.say("L’adulte est ajouté."), close=ADD, focus=f"guardian-{adult.id}-last_name")

    return {
        "correct": correcting(desk, of),
        "add": add,
        "remove": simply(edit_families.remove_adult, "L’adulte est retiré."),
        "first": simply(edit_families.put_first, "Le responsable est changé."),
        "hide-contact": simply(
            lambda v, row: edit_families.hide_contact(v, row, hidden=True), "Les coordonnées sont masquées."
        ),
        "show-contact": simply(
            lambda v, row: edit_families.hide_contact(v, row, hidden=False), "La protection est levée."
        ),
    }


def correcting(desk: Desk, of: Callable[[Visit, Act], object]) -> Handler:
    """What « Enregistrer » does, for a sheet that `of` finds."""

    def correct(v: Visit, act: Act) -> Answer:
        row = of(v, act)
        key = correction_form.key_of(row)
        try:
            done = edit_families.correct(v, row, act.values)
        except Faulty as found:
            desk.shown.forget(key)  # what moved meanwhile is on the screen now
            return faulty(desk, key, act, found)
        desk.shown.forget(key)
        keep = f"desk-{key}-{v.account_id}"
        if not done.changes:
            return Answer(dialog=v.say("Aucune modification à enregistrer."), forget=keep)
        words = v.say("{count} champ est corrigé.#{count} champs sont corrigés.", count=len(done.changes))
        return Answer(toast=words, forget=keep, focus=f"{key}-save")

    return correct


@screen(PATH + "/nouvelle", Audience.STAFF, title="Nouvelle famille")
def new_family(v: Visit) -> None:
    shown = correction_form.Shown()
    Panel(
        v, lambda w: _draw_new(w, shown), classes="flow", on={"add-family": lambda w, act: _add_family(w, act, shown)}
    )


def _draw_new(v: Visit, shown: correction_form.Shown) -> Markup:
    key = "new-family"
    fault = shown.faults.get(key, {}).get("number")
    number = labelled(
        v,
        f"{key}-number",
        "Numéro de famille",
        "text",
        value=shown.typed.get(key, {}).get("number", str(edit_families.next_number(v, Family))),
        hint="Le suivant est proposé. Prenez celui de votre logiciel de gestion s’il en donne un.",
        fault=fault,
        required=True,
        span=4,
        inputmode="numeric",
        maxlength=9,
        autocomplete="off",
    )
    form = acting_form(
        tag("div", number, class_="grid"),
        tag("h2", v.say("Responsable")),
        correction_form.new(v, Guardian, ASKED_FIRST, shown, key),
        tag(
            "div",
            tag("a", v.say("Retour"), href=PATH, class_="btn quiet"),
            tag("button", v.say("Ajouter la famille"), type="submit", class_="btn"),
            class_="actions",
        ),
        do="add-family",
        of="",
        data_keep=f"new-family-{v.account_id}",
    )
    under = v.say("Le reste de la fiche, les élèves et les comptes s’ajoutent ensuite.")
    return head(v.say("Nouvelle famille"), under) + tag("section", form, class_="card")


def _add_family(v: Visit, act: Act, shown: correction_form.Shown) -> Answer:
    try:
        family = edit_families.add_family(v, act.values)
    except Faulty as found:
        shown.faults["new-family"], shown.typed["new-family"] = found.faults, act.values
        return Answer(focus=f"new-family-{next(iter(found.faults))}")
    return Answer(go=f"{PATH}/{family.number}", forget=f"new-family-{v.account_id}")


tab("", _draw, _on)
