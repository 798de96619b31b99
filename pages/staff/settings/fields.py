"""« Champs des fiches »: for each field what families may do, with the form as they will see it."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import forms, html
from components.ui.icons import icon
from components.ui.markup import acting_form
from components.ui.panel import Act, Answer
from components.ui.tables import row
from components.ui.tabs import tabs
from data.core import sites
from data.core.errors import UserError, ValidationErrors
from data.core.fields import EditableField, editables
from data.core.i18n import _
from data.core.sites import Policy, Site
from data.core.unit_of_work import UnitOfWork
from data.families.models import Guardian, Pupil
from data.site_admin import field_policies
from data.site_admin.settings import FIELDS
from pages.staff.settings import frame

POLICY_LABELS: dict[str, str] = {
    Policy.IMMEDIATE: _("Immédiat"),
    Policy.MODERATED: _("À valider"),
    Policy.READONLY: _("Lecture seule"),
    Policy.HIDDEN: _("Masqué"),
}
RECORD_TYPES = {"responsable": (_("Fiche du responsable"), Guardian), "eleve": (_("Fiche de l’élève"), Pupil)}


@dataclass
class Draft:
    """What was chosen and is not saved yet, by key « guardian.phone_home »."""

    record_type: str
    policies: dict[str, str] = field(default_factory=dict)
    required: dict[str, bool] = field(default_factory=dict)
    faults: dict[str, UserError] = field(default_factory=dict)


@screen(frame.path_of(FIELDS), Audience.MANAGER, title=_("Champs des fiches"))
def fields_of_record_types(uow: UnitOfWork, fiche: str = "") -> None:
    draft = Draft(fiche if fiche in RECORD_TYPES else "responsable")
    Panel(
        uow,
        lambda w: _draw(w, draft),
        on={
            "policy": lambda w, act: _choose(w, act, draft),
            "must": lambda w, act: _choose(w, act, draft),
            "save": lambda w, act: _save(w, act, draft),
        },
        follows=[("site", uow.site_id or 0)],
        classes="flow",
    )


def _key(table: type, name: str) -> str:
    return f"{table.__name__.lower()}.{name}"


def _draw(uow: UnitOfWork, draft: Draft) -> Markup:
    site, (title, table) = sites.here(uow), RECORD_TYPES[draft.record_type]
    shown = Site(
        code=site.code,
        name=site.name,
        field_policies={**site.field_policies, **draft.policies},
        required_fields={**site.required_fields, **draft.required},
    )
    links = (
        (uow.translate(text), f"{frame.path_of(FIELDS)}?fiche={name}", name == draft.record_type)
        for name, (text, _) in RECORD_TYPES.items()
    )
    heads = [uow.translate(each) for each in (_("Champ"), _("Ce que la famille peut faire"), _("Obligatoire"))]
    lines = [_line(uow, shown, table, one, draft, heads) for one in editables(table).values()]
    listed = html.table(
        html.caption(html.span(uow.translate(title), class_="unseen")),
        html.thead(html.tr(html.th(each, scope="col") for each in heads)),
        html.tbody(lines),
        class_="stack policies",
    )
    save = html.button(uow.translate("Enregistrer"), type="submit", class_="btn", id="fields-save")
    form = acting_form(listed, html.div(save, class_="actions"), do="save", of=draft.record_type, id="fields-form")
    sample = table(site_id=0, first_name="Camille", last_name="Martin")
    preview = html.section(
        html.h2(uow.translate("Aperçu")),
        html.p(uow.translate("La fiche telle que la famille la verra."), class_="soft"),
        html.div(
            html.div(forms.record_form(uow, shown, sample, forms.Shown(), forms.Typed()), class_="preview", inert=True),
            class_="preview-view",
            tabindex="0",
            role="group",
            aria_label=uow.translate("Aperçu"),
        ),
        class_="card flow-card",
        aria_label=uow.translate("Aperçu"),
    )
    return frame.around(
        uow,
        FIELDS,
        tabs(uow.translate("Fiches"), links),
        html.div(html.section(form, class_="card", aria_label=uow.translate(title)), preview, class_="duo"),
    )


def _line(uow: UnitOfWork, shown: Site, table: type, one: EditableField, draft: Draft, heads: list[str]) -> Markup:
    key, label = _key(table, one.name), uow.translate(one.mark.label)
    email = one.kind.control == "email"
    choices = html.select(
        (
            html.option(uow.translate(text), value=value, selected=value == sites.policy(shown, one, table))
            for value, text in POLICY_LABELS.items()
            if not (email and value == Policy.IMMEDIATE)
        ),
        name=f"policy:{key}",
        id=f"policy-{key}",
        aria_label=label,
        aria_describedby=f"fault-{key}" if key in draft.faults else None,
        data_change="policy",
        data_of=key,
    )
    fault = draft.faults.get(key)
    text = fault and html.p(icon("alert"), html.span(fault.message(uow.language)), id=f"fault-{key}", class_="fault")
    must = html.input(
        type="checkbox",
        name=f"must:{key}",
        id=f"must-{key}",
        value="true",
        checked=sites.is_required(shown, one, table),
        disabled=one.mark.required,
        aria_label=uow.translate("{field} : obligatoire", field=label),
        data_change="must",
        data_of=key,
    )
    box = None if one.kind.control == "photo" else html.label(must, class_="choose")
    return row(heads, (label, choices + text if text else choices, box))


def _choose(uow: UnitOfWork, act: Act, draft: Draft) -> Answer:
    """The preview follows each choice; nothing is kept yet."""
    known = {_key(table, name) for _, table in RECORD_TYPES.values() for name in editables(table)}
    if act.of not in known:
        return Answer()
    value = act.value
    if act.do == "policy" and value in POLICY_LABELS:
        draft.policies[act.of] = value
    elif act.do == "must":
        draft.required[act.of] = value == "true"
    draft.faults.pop(act.of, None)
    return Answer(announce=uow.translate("L’aperçu est à jour."))


def _save(uow: UnitOfWork, act: Act, draft: Draft) -> Answer:
    table = RECORD_TYPES[draft.record_type][1]
    for name, one in editables(table).items():
        key = _key(table, name)
        if (chosen := act.values.get(f"policy:{key}")) is not None:
            draft.policies[key] = chosen
            if not one.mark.required:
                draft.required[key] = act.values.get(f"must:{key}") == "true"
    draft.faults = {}
    try:
        changes = field_policies.save(uow, draft.policies, draft.required)
    except ValidationErrors as invalid:
        draft.faults = invalid.faults
        return Answer(focus=f"policy-{next(iter(invalid.faults))}")
    draft.policies, draft.required = {}, {}
    text = (
        uow.translate("Les réglages sont enregistrés.")
        if changes
        else uow.translate("Aucune modification à enregistrer.")
    )
    return Answer(toast=text, focus="fields-save")
