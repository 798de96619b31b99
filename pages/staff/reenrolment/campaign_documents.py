"""The documents a campaign asks for: of whom, required or not, how long they are kept, a model to fill in."""

from typing import Any

from markupsafe import Markup

from components.layout.file_notices import file_field, file_form, file_notice
from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, join
from components.ui.panel import Act, Answer
from components.ui.tables import table
from data.core import sites
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.privacy import records
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment.campaigns import Campaign, RequiredDocument, Sensitive
from data.uploads import validation
from pages.staff.reenrolment.campaign_head import PATH, PageState

RETENTION_LABELS = {
    Sensitive.HEALTH: (_("Santé : le fichier est effacé {duration}"), records.HEALTH_PAPERS),
    Sensitive.INCOME: (_("Revenus : le fichier est effacé {duration}"), records.SENSITIVE_PAPERS),
}


def draw(uow: UnitOfWork, campaign: Campaign, page_state: PageState, sent: str) -> Markup:
    found = campaigns.documents_of(uow, campaign.id)
    opened = next((each for each in found if each.id == page_state.document_id), None)
    add = button(uow.translate("Ajouter une pièce"), do="write-piece", of=0, class_="btn quiet")
    message = file_notice(uow, sent, uow.translate("Le modèle est enregistré."))
    heads = [uow.translate(each) for each in (_("Pièce"), _("Demandée à"), _("Obligatoire"), _("Modèle"))]
    listed = (
        table(uow.translate("Pièces demandées"), heads, [_row(uow, each) for each in found], quiet_caption=True)
        if found
        else html.p(uow.translate("Cette campagne ne demande aucune pièce pour l’instant."))
    )
    section = html.section(
        listed,
        html.div(add, class_="actions"),
        class_="card",
        aria_label=uow.translate("Pièces demandées"),
    )
    editing = _form(uow, campaign, page_state, opened) if opened or page_state.document_id == 0 else None
    return join([message, section, editing])


def _retention(uow: UnitOfWork) -> dict[str, str]:
    site = sites.here(uow)
    return {"": _("Comme les autres")} | {
        str(kind): uow.translate(text, duration=record.duration(site, uow.language))
        for kind, (text, record) in RETENTION_LABELS.items()
    }


def _row(uow: UnitOfWork, each: RequiredDocument) -> tuple[object, ...]:
    name = button(each.label, do="write-piece", of=each.id, class_="link")
    return name, of_whom(uow, each), uow.translate("Oui") if each.required else uow.translate("Non"), each.model_name


def of_whom(uow: UnitOfWork, each: RequiredDocument) -> str:
    """« de 12 à 18 ans · Danse · 1er cycle », or everybody."""
    ages = (
        uow.translate("de {low} à {high} ans", low=each.min_age, high=each.max_age)
        if each.min_age is not None and each.max_age is not None
        else uow.translate("à partir de {low} ans", low=each.min_age)
        if each.min_age is not None
        else uow.translate("jusqu’à {high} ans", high=each.max_age)
        if each.max_age is not None
        else ""
    )
    message = [part for part in (ages, ", ".join(each.departments), ", ".join(each.cycles)) if part]
    return " · ".join(message) or uow.translate("tous les élèves")


def _form(uow: UnitOfWork, campaign: Campaign, page_state: PageState, each: RequiredDocument | None) -> Markup:
    stored = {
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
    values, faults = page_state.values or stored, page_state.faults
    number = each.id if each else 0
    title = each.label if each else uow.translate("Nouvelle pièce")
    form = acting_form(
        html.div(labelled(uow, "document-label", "Nom du document", "text", value=values.get("label", ""), fault=faults.get("label"),
                     required=True, span=6, maxlength=120, autocomplete="off"),
            labelled(uow, "document-hint", "Consigne pour la famille", "text", value=values.get("hint", ""),
                     fault=faults.get("hint"), span=6, maxlength=300, autocomplete="off"),
            labelled(uow, "document-min_age", "À partir de (âge, au 1er septembre)", "text", value=values.get("min_age", ""),
                     fault=faults.get("min_age"), span=3, inputmode="numeric", autocomplete="off"),
            labelled(uow, "document-max_age", "Jusqu’à (âge)", "text", value=values.get("max_age", ""),
                     fault=faults.get("max_age"), span=3, inputmode="numeric", autocomplete="off"),
            labelled(uow, "document-sensitive", "Conservation", "select", options=_retention(uow), value=values.get("sensitive", ""),
                     fault=faults.get("sensitive"), span=6),
            _boxes(uow, "department", uow.translate("Départements (aucun : tous)"), campaign_admin.departments(uow, campaign.source_year), values),
            _boxes(uow, "cycle", uow.translate("Cycles (aucun : tous)"), campaign_admin.cycles(uow), values),
            class_="grid",
        ),
        html.p(html.label(html.input(type="checkbox", name="required", checked="required" in values),
                     uow.translate("Obligatoire pour envoyer la demande"), class_="box-label")),
        html.p(html.label(html.input(type="checkbox", name="shared", checked="shared" in values),
                     uow.translate("Le même document vaut pour les frères et sœurs (il leur est proposé)"), class_="box-label")),
        html.div(button(uow.translate("Retirer cette pièce"), do="remove-piece", of=number, class_="btn bad first") if each else None,
            html.button(uow.translate("Enregistrer la pièce"), type="submit", class_="btn"),
            class_="actions",
        ),
        do="save-piece",
        of=number,
        data_draft=f"document-form-{campaign.id}-{number}",
    )  # fmt: skip
    return html.section(
        html.h2(title, id="document-title", tabindex="-1"),
        form,
        _model(uow, campaign, each) if each else None,
        class_="card",
        aria_labelledby="document-title",
    )


def _boxes(uow: UnitOfWork, name: str, legend: str, offered: list[str], values: dict[str, str]) -> Markup:
    marks = [
        html.label(html.input(type="checkbox", name=f"{name}:{each}", checked=f"{name}:{each}" in values), each)
        for each in offered
    ]
    return html.fieldset(html.legend(legend), marks, class_="choices s12")


def _model(uow: UnitOfWork, campaign: Campaign, each: RequiredDocument) -> Markup:
    label = uow.translate("Modèle à télécharger par la famille (PDF ou image)")
    now = html.p(icon("paper"), html.span(each.model_name), class_="was") if each.model else None
    return file_form(
        uow,
        file_field(label, validation.ACCEPTED),
        html.button(uow.translate("Envoyer le modèle"), type="submit", class_="btn quiet"),
        now,
        action=f"{PATH}/{campaign.id}/pieces/{each.id}/modele",
        class_="beside",
    )


def write(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.document_id = parse_id(act.of)
    page_state.values, page_state.faults = {}, {}
    return Answer(focus="document-label")


def save(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    typed = dict(act.values)
    page_state.values, page_state.faults = typed, {}
    values: dict[str, Any] = {name: typed.get(name, "").strip() for name in ("label", "hint", "sensitive")}
    values["required"], values["shared"] = "required" in typed, "shared" in typed
    for kind in ("department", "cycle"):
        values[f"{kind}s"] = sorted(name.partition(":")[2] for name in typed if name.startswith(f"{kind}:"))
    faults: dict[str, UserError] = {}
    for name in ("min_age", "max_age"):
        age = typed.get(name, "").strip()
        values[name] = int(age) if age.isdecimal() and len(age) < 4 else None
        if age and values[name] is None:
            faults[name] = UserError("Indiquez un âge en années, de 0 à 120.")
    if not faults and None not in (values["min_age"], values["max_age"]) and values["min_age"] > values["max_age"]:
        faults["max_age"] = UserError("Cet âge est plus petit que le premier.")
    try:
        if faults:
            raise ValidationErrors(faults)
        saved = campaign_admin.save_document(uow, page_state.campaign_id or 0, act.number() or None, values)
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus=f"document-{next(iter(invalid.faults))}")
    page_state.values, page_state.document_id = {}, saved.id
    page_state.banner = uow.translate("La pièce est enregistrée.")
    return Answer(
        announce=page_state.banner, focus="document-title", forget=f"document-form-{saved.campaign_id}-{act.of}"
    )


def remove(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    campaign_admin.remove_document(uow, act.number())
    page_state.document_id, page_state.values, page_state.faults = None, {}, {}
    page_state.banner = uow.translate("La pièce n’est plus demandée.")
    return Answer(announce=page_state.banner, focus="campaign-name")
