"""What the parts of « Réglages » share: the list of parts beside the record, and the record of a part's settings."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head, way_back
from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import Content, acting_form
from components.ui.panel import Act, Answer
from data.billing.gateways import registry as gateways
from data.core import sites
from data.core.errors import UserError, ValidationErrors
from data.core.fields import Kind
from data.core.i18n import _
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.site_admin import settings as site_settings
from data.site_admin.setting_kinds import CHECK
from data.site_admin.settings import PARTS, Part, Setting

PATH = "/gestion/reglages"
GATEWAYS = {"": _("Aucun"), "payfip": _("PayFiP"), "simulator": _("Simulateur (démonstration)")}


@dataclass
class Typed:
    """What was refused in the record that is open."""

    faults: dict[str, UserError] = field(default_factory=dict)


def path_of(part: Part) -> str:
    return f"{PATH}/{part.path}"


def around(uow: UnitOfWork, part: Part, *content: Content) -> Markup:
    """The screen: the part's title, the other parts at the left; on a phone the way back to their list."""
    unfinished = {each.path for each, _ in site_settings.missing(uow)}
    links = [
        html.a(
            uow.translate(each.title),
            html.span(icon("alert"), html.span(uow.translate("à compléter"), class_="unseen"), class_="was")
            if each.path in unfinished
            else None,
            href=path_of(each),
            aria_current="page" if each is part else None,
        )
        for each in PARTS
    ]
    back = way_back(uow.translate("Réglages"), PATH)
    return (
        html.p(back, class_="parts-back")
        + head(uow.translate(part.title), uow.translate(part.about))
        + html.div(
            html.nav(links, class_="parts", aria_label=uow.translate("Réglages")),
            html.div(content, class_="flow"),
            class_="settings",
        )
    )


def settings_form(uow: UnitOfWork, part: Part, typed: Typed, *, more: Content = None) -> Markup:
    """The part's settings as a form with « Enregistrer »."""
    site = sites.here(uow)
    fields = [_control(uow, site, one, typed.faults.get(one.field)) for one in part.settings]
    save = html.button(uow.translate("Enregistrer"), type="submit", class_="btn", id=f"{part.path}-save")
    form = acting_form(
        html.div(fields, class_="grid"),
        html.div(save, class_="actions"),
        do="save",
        of=part.path,
        data_draft=f"reglages-{part.path}-{uow.account_id}",
        data_unsaved=True,
        id=f"{part.path}-form",
    )
    return html.section(form, more, class_="card", aria_label=uow.translate(part.title))


def _control(uow: UnitOfWork, site: Site, one: Setting, fault: UserError | None) -> Markup:
    shown, kind = one.shown(site), one.kind
    if kind is CHECK:
        box = html.input(type="checkbox", name=one.field, value="true", checked=shown == "true", id=f"set-{one.field}")
        return html.label(box, uow.translate(one.label), class_="check s12")
    options = dict(kind.options) if kind.control == "choice" else None
    if kind.control == "gateway":
        options = {name: text for name, text in GATEWAYS.items() if not name or gateways.by_name(name)}
        options |= {name: name for name in gateways.installed() if name not in options}
    return labelled(
        uow,
        f"set-{one.field}",
        one.label,
        _type(kind),
        options=options,
        value=kind.format_value(shown, uow.language) if kind.control == "date" else shown,
        hint=one.hint or kind.hint,
        fault=fault,
        required=one.required,
        span=one.span,
        autocomplete="off",
        maxlength=None if options is not None or kind.control == "color" else one.longest,
    )


def _type(kind: Kind) -> str:
    return {
        "choice": "select",
        "gateway": "select",
        "textarea": "textarea",
        "email": "email",
        "tel": "tel",
        "color": "color",
    }.get(kind.control, "text")


def save(uow: UnitOfWork, act: Act, part: Part, typed: Typed) -> Answer:
    """« Enregistrer »: each fault beside its field, or said."""
    typed.faults = {}
    try:
        changes = site_settings.save(uow, part, act.values)
    except ValidationErrors as invalid:
        typed.faults = invalid.faults
        return Answer(focus=f"set-{next(iter(invalid.faults))}")
    text = (
        uow.translate("Les réglages sont enregistrés.")
        if changes
        else uow.translate("Aucune modification à enregistrer.")
    )
    return Answer(toast=text, forget=f"reglages-{part.path}-{uow.account_id}", focus=f"{part.path}-save")
