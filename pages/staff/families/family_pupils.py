"""« Familles », tab « Élèves »: each pupil's sheet, its households and what each may do."""

from markupsafe import Markup

from components.ui import correction_form
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, tag
from components.ui.panel import Act, Answer, Handler
from components.ui.tables import table
from data.core.errors import Faulty, NotYours
from data.core.unit_of_work import Visit
from data.directory import edit_families, edit_pupils
from data.directory.edit_families import HOUSEHOLDS, RIGHTS
from data.directory.edit_pupils import Household
from data.families import models as families
from data.families.models import Pupil, PupilLink
from pages.staff.families.families import PATH
from pages.staff.families.family import Desk, Sheet, faulty, tab
from pages.staff.families.family_adults import correcting

ADD, LINK = "new-pupil", "link-pupil"
ASKED_FIRST = ("last_name", "first_name", "gender", "birth_date")


def _draw(v: Visit, sheet: Sheet) -> Markup:
    pupils = [pupil for pupil, _ in sheet.pupils]
    homes, waiting = edit_pupils.households(v, [each.id for each in pupils]), edit_families.waiting_for(v, pupils)
    cards = [_pupil(v, sheet, each, homes[each.id], waiting["pupil", each.id]) for each in pupils]
    empty = None if pupils else tag("p", v.say("Aucun élève n’est rattaché à cette famille."), class_="card")
    return Markup("").join([*cards, empty or "", _more(v, sheet)])


def _pupil(v: Visit, sheet: Sheet, pupil: Pupil, homes: list[Household], waiting: correction_form.Waiting) -> Markup:
    about = " · ".join(filter(None, (v.say("Dossier n° {number}", number=pupil.number), pupil.discipline, pupil.cycle)))
    return tag(
        "section",
        tag("div", tag("div", tag("h2", pupil.full_name), tag("p", about)), class_="head"),
        table(
            v.say("Foyers de {name}", name=pupil.first_name or pupil.full_name),
            [v.say(label) for label in ("Famille", "Rattachement et droits", "Action")],
            [_home(v, sheet, pupil, home, len(homes)) for home in homes],
        ),
        tag("h3", v.say("Fiche de l’élève")),
        correction_form.sheet(v, pupil, waiting, sheet.desk.shown),
        class_="card sheet-card",
        aria_label=pupil.full_name,
    )


def _home(v: Visit, sheet: Sheet, pupil: Pupil, home: Household, count: int) -> tuple[object, ...]:
    link, own = home.link, home.family.id == sheet.family.id
    number = v.say("n° {number}", number=home.family.number)
    name = number if own else tag("a", number, href=f"{PATH}/{home.family.number}/eleves")
    whose = tag("span", name, tag("small", home.names), own and tag("small", v.say("cette famille")))
    return whose, _rights(v, link, home, count), _unlink(v, link, home) if count > 1 else ""


def _rights(v: Visit, link: PupilLink, home: Household, count: int) -> Markup:
    if count == 1:
        return tag("span", v.say(HOUSEHOLDS[link.household]), " · ", v.say(RIGHTS[link.rights]))
    named = tag("span", f" : {home.names}", class_="unseen")
    return acting_form(
        labelled(v, f"link-{link.id}-household", "Rattachement", "select", options=HOUSEHOLDS, value=link.household),
        labelled(v, f"link-{link.id}-rights", "Droits", "select", options=RIGHTS, value=link.rights),
        tag("button", v.say("Changer"), named, type="submit", class_="btn quiet small"),
        do="change-link",
        of=link.id,
        class_="line-form",
    )


def _unlink(v: Visit, link: PupilLink, home: Household) -> Markup:
    named = tag("span", f" : {home.names}", class_="unseen")
    return button(v.say("Détacher"), named, do="unlink", of=link.id, class_="btn bad small")


def _more(v: Visit, sheet: Sheet) -> Markup:
    number = str(edit_families.next_number(v, Pupil))
    shown = sheet.desk.shown
    add = acting_form(
        tag("h2", v.say("Ajouter un élève"), id=f"{ADD}-title"),
        tag(
            "div",
            labelled(
                v,
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
        correction_form.new(v, Pupil, ASKED_FIRST, shown, ADD),
        _foot(v, v.say("Ajouter")),
        do="add",
        of=sheet.family.number,
        class_="stack-form",
    )
    link = acting_form(
        tag("h2", v.say("Rattacher un élève d’une autre famille"), id=f"{LINK}-title"),
        tag("p", v.say("La famille devient le second foyer de l’élève. Chaque foyer garde ses coordonnées pour lui.")),
        tag(
            "div",
            labelled(
                v,
                f"{LINK}-number",
                "Numéro de dossier",
                "text",
                span=6,
                maxlength=9,
                inputmode="numeric",
                required=True,
            ),
            labelled(v, f"{LINK}-rights", "Droits", "select", options=RIGHTS, value="consult", span=6),
            class_="grid",
        ),
        _foot(v, v.say("Rattacher")),
        do="link",
        of=sheet.family.number,
        class_="stack-form",
    )
    buttons = tag(
        "div",
        tag("button", v.say("Ajouter un élève"), type="button", data_opens=f"{ADD}-dialog", class_="btn quiet"),
        tag(
            "button",
            icon("family"),
            v.say("Rattacher un élève d’une autre famille"),
            type="button",
            data_opens=f"{LINK}-dialog",
            class_="btn quiet",
        ),
        class_="buttons",
    )
    dialogs = [
        tag("dialog", form, id=f"{id_}-dialog", class_="form", aria_labelledby=f"{id_}-title")
        for id_, form in ((ADD, add), (LINK, link))
    ]
    return buttons + Markup("").join(dialogs)


def _foot(v: Visit, words: str) -> Markup:
    return tag(
        "div",
        tag("button", v.say("Retour"), type="button", class_="btn quiet", data_closes=True),
        tag("button", words, type="submit", class_="btn"),
        class_="actions",
    )


def _on(desk: Desk) -> dict[str, Handler]:
    def here_(v: Visit) -> families.Family:
        return families.by_number(v, desk.number)

    def own_link(v: Visit, act: Act) -> int:
        """Of a pupil of this family: the other household's link too."""
        link = v.get(PupilLink, act.number())
        edit_pupils.pupil_of(v, here_(v), link.pupil_id)
        return link.id

    def add(v: Visit, act: Act) -> Answer:
        try:
            pupil = edit_pupils.add_pupil(v, here_(v), act.values)
        except Faulty as found:
            return faulty(desk, ADD, act, found)
        desk.shown.forget(ADD)
        words = v.say("L’élève est ajouté : dossier n° {number}.", number=pupil.number)
        return Answer(toast=words, close=f"{ADD}-dialog", focus="family-title")

    def link(v: Visit, act: Act) -> Answer:
        pupil = edit_pupils.link(v, here_(v), act.values.get("number", ""), act.values.get("rights", ""))
        words = v.say("{name} est rattaché à cette famille.", name=pupil.full_name)
        return Answer(toast=words, close=f"{LINK}-dialog", focus="family-title")

    def change(v: Visit, act: Act) -> Answer:
        asked = act.values.get("household", ""), act.values.get("rights", "")
        edit_pupils.change_link(v, own_link(v, act), *asked)
        return Answer(toast=v.say("Les droits des foyers sont changés."), focus=f"link-{act.of}-household")

    def unlink(v: Visit, act: Act) -> Answer:
        pupil = edit_pupils.unlink(v, own_link(v, act))
        return Answer(toast=v.say("{name} est détaché de ce foyer.", name=pupil.full_name), focus="family-title")

    def of(v: Visit, act: Act) -> Pupil:
        if not 0 < act.number() < 2**31:
            raise NotYours("pupil")
        return edit_pupils.pupil_of(v, here_(v), act.number())

    return {"correct": correcting(desk, of), "add": add, "link": link, "change-link": change, "unlink": unlink}


tab("eleves", _draw, _on)
