"""The documents a campaign asks for: of whom, required or not, how long they are kept, a model to fill in."""

from typing import Any

from markupsafe import Markup

from components.layout.plain_layout import alert, told
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, join, tag
from components.ui.panel import Act, Answer
from components.ui.tables import table
from data.core.errors import Faulty, Refused
from data.core.unit_of_work import Visit
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.uploads import validation
from pages.staff.reenrolment.campaign_head import PATH, Desk

KEPT_WORDS = {
    "": "Comme les autres",
    "health": "Santé : le fichier est effacé 30 jours après la validation",
    "income": "Revenus : le fichier est effacé 2 mois après la fin de la campagne",
}


def draw(v: Visit, campaign: Campaign, desk: Desk, sent: str) -> Markup:
    found = campaigns.documents_of(v, campaign.id)
    opened = next((each for each in found if each.id == desk.piece_id), None)
    add = button(v.say("Ajouter une pièce"), do="write-piece", of=0, class_="btn quiet")
    said = told(v.say("Le modèle est enregistré.")) if sent == "recu" else None
    if sent in validation.REFUSALS:
        said = alert(v.say(validation.REFUSALS[sent]))
    heads = [v.say(each) for each in ("Pièce", "Demandée à", "Obligatoire", "Modèle")]
    listed = (
        table(v.say("Pièces demandées"), heads, [_row(v, each) for each in found], quiet_caption=True)
        if found
        else tag("p", v.say("Cette campagne ne demande aucune pièce pour l’instant."))
    )
    section = tag(
        "section", listed, tag("div", add, class_="actions"), class_="card", aria_label=v.say("Pièces demandées")
    )
    editing = _form(v, campaign, desk, opened) if opened or desk.piece_id == 0 else None
    return join([said, section, editing])


def _row(v: Visit, each: RequiredDocument) -> tuple[object, ...]:
    name = button(each.label, do="write-piece", of=each.id, class_="link")
    return name, of_whom(v, each), v.say("Oui") if each.required else v.say("Non"), each.model_name


def of_whom(v: Visit, each: RequiredDocument) -> str:
    """« de 12 à 18 ans · Danse · 1er cycle », or everybody."""
    ages = (
        v.say("de {low} à {high} ans", low=each.min_age, high=each.max_age)
        if each.min_age is not None and each.max_age is not None
        else v.say("à partir de {low} ans", low=each.min_age)
        if each.min_age is not None
        else v.say("jusqu’à {high} ans", high=each.max_age)
        if each.max_age is not None
        else ""
    )
    said = [part for part in (ages, ", ".join(each.departments), ", ".join(each.cycles)) if part]
    return " · ".join(said) or v.say("tous les élèves")


def _form(v: Visit, campaign: Campaign, desk: Desk, each: RequiredDocument | None) -> Markup:
    kept = {
        "label": each.label if each else "",
        "hint": each.hint if each else "",
        "min_age": "" if each is None or each.min_age is None else str(each.min_age),
        "max_age": "" if each is None or each.max_age is None else str(each.max_age),
        "sensitive": each.sensitive if each else "",
        **({"required": "on"} if each is None or each.required else {}),
        **({"shared": "on"} if each is None or each.shared else {}),
        **{f"department:{name}": "on" for name in (each.departments if each else ())},
        **{f"cycle:{name}": "on" for name in (each.cycles if each else ())},
    }
    values, faults = desk.values or kept, desk.faults
    number = each.id if each else 0
    title = each.label if each else v.say("Nouvelle pièce")
    form = acting_form(
        tag(
            "div",
            labelled(v, "piece-label", "Nom du document", "text", value=values.get("label", ""), fault=faults.get("label"),
                     required=True, span=6, maxlength=120, autocomplete="off"),
            labelled(v, "piece-hint", "Consigne pour la famille", "text", value=values.get("hint", ""),
                     fault=faults.get("hint"), span=6, maxlength=300, autocomplete="off"),
            labelled(v, "piece-min_age", "À partir de (âge, au 1er septembre)", "text", value=values.get("min_age", ""),
                     fault=faults.get("min_age"), span=3, inputmode="numeric", autocomplete="off"),
            labelled(v, "piece-max_age", "Jusqu’à (âge)", "text", value=values.get("max_age", ""),
                     fault=faults.get("max_age"), span=3, inputmode="numeric", autocomplete="off"),
            labelled(v, "piece-sensitive", "Conservation", "select", options=KEPT_WORDS, value=values.get("sensitive", ""),
                     fault=faults.get("sensitive"), span=6),
            _boxes(v, "department", v.say("Départements (aucun : tous)"), campaign_admin.departments(v, campaign.source_year), values),
            _boxes(v, "cycle", v.say("Cycles (aucun : tous)"), campaign_admin.cycles(v), values),
            class_="grid",
        ),
        tag("p", tag("label", tag("input", type="checkbox", name="required", checked="required" in values),
                     v.say("Obligatoire pour envoyer la demande"), class_="box-label")),
        tag("p", tag("label", tag("input", type="checkbox", name="shared", checked="shared" in values),
                     v.say("Le même document vaut pour les frères et sœurs (il leur est proposé)"), class_="box-label")),
        tag(
            "div",
            button(v.say("Retirer cette pièce"), do="remove-piece", of=number, class_="btn bad first") if each else None,
            tag("button", v.say("Enregistrer la pièce"), type="submit", class_="btn"),
            class_="actions",
        ),
        do="save-piece",
        of=number,
        data_keep=f"piece-form-{campaign.id}-{number}",
    )  # fmt: skip
    return tag(
        "section",
        tag("h2", title, id="piece-title", tabindex="-1"),
        form,
        _model(v, campaign, each) if each else None,
        class_="card",
        aria_labelledby="piece-title",
    )


def _boxes(v: Visit, name: str, legend: str, offered: list[str], values: dict[str, str]) -> Markup:
    marks = [
        tag("label", tag("input", type="checkbox", name=f"{name}:{each}", checked=f"{name}:{each}" in values), each)
        for each in offered
    ]
    return tag("fieldset", tag("legend", legend), marks, class_="choices s12")


def _model(v: Visit, campaign: Campaign, each: RequiredDocument) -> Markup:
    """Sent by plain HTTP, as every file is."""
    label = v.say("Modèle à télécharger par la famille (PDF, JPEG ou PNG)")
    now = tag("p", icon("paper"), tag("span", each.model_name), class_="was") if each.model else None
    chooser = tag("input", id="fichier", name="fichier", type="file", accept=validation.ACCEPTED, required=True)
    return tag(
        "form",
        tag("div", tag("label", label, for_="fichier"), chooser, class_="field"),
        tag("button", v.say("Envoyer le modèle"), type="submit", class_="btn quiet"),
        now,
        method="post",
        action=f"{PATH}/{campaign.id}/pieces/{each.id}/modele",
        enctype="multipart/form-data",
        class_="beside",
    )


def write(_v: Visit, act: Act, desk: Desk) -> Answer:
    desk.piece_id = int(act.of) if act.of.isdecimal() and len(act.of) < 10 else None
    desk.values, desk.faults = {}, {}
    return Answer(focus="piece-label")


def save(v: Visit, act: Act, desk: Desk) -> Answer:
    typed = dict(act.values)
    desk.values, desk.faults = typed, {}
    values: dict[str, Any] = {name: typed.get(name, "").strip() for name in ("label", "hint", "sensitive")}
    values["required"], values["shared"] = "required" in typed, "shared" in typed
    for kind in ("department", "cycle"):
        values[f"{kind}s"] = sorted(name.partition(":")[2] for name in typed if name.startswith(f"{kind}:"))
    faults: dict[str, Refused] = {}
    for name in ("min_age", "max_age"):
        age = typed.get(name, "").strip()
        values[name] = int(age) if age.isdecimal() and len(age) < 4 else None
        if age and values[name] is None:
            faults[name] = Refused("Indiquez un âge en années, de 0 à 120.")
    if not faults and None not in (values["min_age"], values["max_age"]) and values["min_age"] > values["max_age"]:
        faults["max_age"] = Refused("Cet âge est plus petit que le premier.")
    try:
        if faults:
            raise Faulty(faults)
        saved = campaign_admin.save_document(v, desk.campaign_id or 0, act.number() or None, values)
    except Faulty as faulty:
        desk.faults = faulty.faults
        return Answer(focus=f"piece-{next(iter(faulty.faults))}")
    desk.values, desk.piece_id = {}, saved.id
    desk.told = v.say("La pièce est enregistrée.")
    return Answer(say=desk.told, focus="piece-title", forget=f"piece-form-{saved.campaign_id}-{act.of}")


def remove(v: Visit, act: Act, desk: Desk) -> Answer:
    campaign_admin.remove_document(v, act.number())
    desk.piece_id, desk.values, desk.faults = None, {}, {}
    desk.told = v.say("La pièce n’est plus demandée.")
    return Answer(say=desk.told, focus="campaign-name")
