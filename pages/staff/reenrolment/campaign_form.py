"""A campaign's settings: its year and dates, who sees it, the administrative box, its texts."""

from typing import Any

from markupsafe import Markup

from components.ui import html
from components.ui.fields import in_english, labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, classes
from components.ui.panel import Act, Answer
from data.core import formats, own_texts
from data.core.errors import UserError, ValidationErrors
from data.core.fields import DATE
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import campaign_admin
from data.reenrolment.campaigns import Campaign, CampaignAudience
from pages.staff.reenrolment.campaign_head import PATH, PageState

AUDIENCE_LABELS: dict[str, str] = {
    CampaignAudience.ALL: _("Tous les élèves qui suivent un cours cette année"),
    CampaignAudience.DEPARTMENTS: _("Les élèves de certains départements"),
    CampaignAudience.CYCLES: _("Les élèves de certains cycles"),
    CampaignAudience.HAND: _("Des élèves choisis un à un"),
}
TEXTS = (
    ("introduction", _("Texte au-dessus des cours de l’élève"), 2000),
    ("documents_text", _("Texte au-dessus de « Pièces à fournir »"), 1000),
    ("confirmation", _("Texte ajouté à l’accusé de réception"), 2000),
)


def draw(uow: UnitOfWork, campaign: Campaign | None, page_state: PageState) -> Markup:
    values, faults = _values(uow, campaign, page_state), page_state.faults
    audience = page_state.audience or values["audience"]
    dates = _("jj/mm/aaaa")
    return html.section(acting_form(
            html.div(labelled(uow, "campaign-title", "Titre", "text", value=values["title"], fault=faults.get("title"),
                         required=True, span=6, maxlength=120, autocomplete="off"),
                labelled(uow, "campaign-school_year", "Année scolaire", "text", value=values["school_year"], hint=_("Par exemple 2027-2028"),
                         fault=faults.get("school_year"), required=True, span=6, maxlength=9, autocomplete="off"),
                labelled(uow, "campaign-opens_on", "Ouverture", "text", value=values["opens_on"], hint=dates,
                         fault=faults.get("opens_on"), required=True, span=6, inputmode="numeric", autocomplete="off"),
                labelled(uow, "campaign-closes_on", "Fermeture (jour compris)", "text", value=values["closes_on"], hint=dates,
                         fault=faults.get("closes_on"), required=True, span=6, inputmode="numeric", autocomplete="off"),
                class_="grid",
            ),
            html.div(labelled(uow, "campaign-audience", "Qui voit la campagne", "select", options=AUDIENCE_LABELS, value=audience,
                         fault=faults.get("audience"), span=12, data_change="audience"),
                _choices(uow, campaign, audience, values, faults.get("chosen")),
                class_="grid",
            ),
            _administrative(uow, values["administrative"] == "on"),
            _reminders(uow, values),
            html.div((
                    labelled(uow, f"campaign-{name}", label, "textarea", value=values[name], fault=faults.get(name),
                             maxlength=most, rows=3)
                    for name, label, most in TEXTS
                ),
                class_="grid",
            ),
            in_english(uow, "campaign", [(name, label, most) for name, label, most in TEXTS], values, faults),
            html.div(html.button(uow.translate("Enregistrer"), type="submit", class_="btn"), class_="actions"),
            do="save",
            of=campaign.id if campaign else 0,
            data_draft=f"campaign-{campaign.id if campaign else 0}",
        ),
        class_="card",
        aria_label=uow.translate("Réglages de la campagne"),
    )  # fmt: skip


def _values(uow: UnitOfWork, campaign: Campaign | None, page_state: PageState) -> dict[str, str]:
    if page_state.values:
        return {
            "administrative": "",
            "audience": CampaignAudience.ALL,
            **dict.fromkeys(_NAMES, ""),
            **page_state.values,
        }
    if campaign is None:
        first = int(formats.school_year(uow.today)[:4]) + 1
        year = f"{first}-{first + 1}"
        title = uow.translate("Réinscriptions {year}", year=year)
        return {
            **dict.fromkeys(_NAMES, ""),
            "school_year": year,
            "title": title,
            "audience": CampaignAudience.ALL,
            "administrative": "on",
            **{f"remind:{days}": "on" for days in USUAL_REMINDERS},
        }
    return {
        **{name: str(getattr(campaign, name)) for name in _NAMES},
        **{own_texts.twin(name): campaign.english.get(name, "") for name, *_ in TEXTS},
        "opens_on": formats.day(campaign.opens_on),
        "closes_on": formats.day(campaign.closes_on),
        "audience": campaign.audience,
        "administrative": "on" if campaign.administrative else "",
        **{f"chosen:{name}": "on" for name in campaign.chosen},
        **{f"remind:{days}": "on" for days in campaign.reminder_days},
    }


USUAL_REMINDERS = (14, 3)
_NAMES = ("school_year", "title", "opens_on", "closes_on", *(name for name, *_ in TEXTS))


def _choices(
    uow: UnitOfWork, campaign: Campaign | None, audience: str, values: dict[str, str], fault: UserError | None
) -> Markup | None:
    """What the chosen way asks for: departments, cycles, or numbers."""
    if audience == CampaignAudience.HAND:
        known = campaign_admin.chosen_pupils(uow, campaign.id) if campaign else []
        typed = values.get("pupils", ", ".join(str(pupil.number) for pupil in known))
        names = ", ".join(pupil.full_name for pupil in known[:40]) + (" …" if len(known) > 40 else "")
        field = labelled(uow, "campaign-pupils", "Numéros de dossier", "textarea", value=typed, fault=fault, rows=3,
                         hint=_("Séparés par des virgules ou des espaces"))  # fmt: skip
        return field + (html.p(names, class_="soft s12") if names else "")
    if audience not in {CampaignAudience.DEPARTMENTS, CampaignAudience.CYCLES}:
        return None
    year = campaign.source_year if campaign else formats.school_year(uow.today)
    offered = (
        campaign_admin.departments(uow, year)
        if audience == CampaignAudience.DEPARTMENTS
        else campaign_admin.cycles(uow)
    )
    legend = uow.translate("Départements") if audience == CampaignAudience.DEPARTMENTS else uow.translate("Cycles")
    boxes = [
        html.label(html.input(type="checkbox", name=f"chosen:{name}", checked=f"chosen:{name}" in values), name)
        for name in offered
    ]
    text = html.p(icon("alert"), html.span(fault.message(uow.language)), class_="fault") if fault else None
    return html.fieldset(html.legend(legend), boxes, text, class_=classes("choices", "s12"), id="chosen", tabindex="-1")


def _administrative(uow: UnitOfWork, on: bool) -> Markup:
    box = html.input(type="checkbox", name="administrative", checked=on)
    text = uow.translate("Proposer la case « Réinscription administrative » (tous les cours à la fois)")
    return html.p(html.label(box, text, class_="box-label"))


def _reminders(uow: UnitOfWork, values: dict[str, str]) -> Markup:
    legend = uow.translate("Relances automatiques avant la fermeture")
    boxes = [
        html.label(
            html.input(type="checkbox", name=f"remind:{days}", checked=f"remind:{days}" in values),
            uow.ngettext("{count} jour avant", "{count} jours avant", count=days),
        )
        for days in campaign_admin.REMINDER_DAYS
    ]
    text = uow.translate(
        "Un e-mail, le matin, à qui a commencé sans envoyer et à qui doit corriger ; rien à qui a répondu."
    )
    return html.fieldset(html.legend(legend), boxes, html.p(text, class_="hint"), class_="choices s12")


def change_audience(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    chosen = act.values.get("audience", "")
    page_state.audience = chosen if chosen in AUDIENCE_LABELS else ""
    return Answer()


def save(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """What was typed stays until all of it is right."""
    typed = dict(act.values)
    page_state.values, page_state.faults = typed, {}
    values: dict[str, Any] = {
        **{
            name: typed.get(name, "")
            for name in ("school_year", "title", *(each for name, *_ in TEXTS for each in (name, own_texts.twin(name))))
        },
        "audience": typed.get("audience", CampaignAudience.ALL),
        "administrative": "administrative" in typed,
        "chosen": sorted(name.removeprefix("chosen:") for name in typed if name.startswith("chosen:")),
        "reminder_days": [days for days in campaign_admin.REMINDER_DAYS if f"remind:{days}" in typed],
    }
    values["title"], values["school_year"] = values["title"].strip(), values["school_year"].strip()
    faults: dict[str, UserError] = {}
    for name in ("opens_on", "closes_on"):
        try:
            values[name] = DATE.read(typed.get(name, ""))
        except UserError as error:
            values[name], faults[name] = None, error
    unknown: list[str] = []
    try:
        campaign = campaign_admin.save(uow, page_state.campaign_id, values)
        if values["audience"] == CampaignAudience.HAND:
            _, unknown = campaign_admin.choose_by_number(uow, campaign.id, typed.get("pupils", ""))
    except ValidationErrors as invalid:
        page_state.faults = {**invalid.faults, **faults}
        first = next(iter(page_state.faults))
        return Answer(focus="chosen" if first == "chosen" else f"campaign-{first}")
    page_state.values, page_state.audience = {}, ""
    if page_state.campaign_id is None:
        return Answer(go=f"{PATH}/{campaign.id}?onglet=pieces", forget="campaign-0")
    page_state.banner = uow.translate("La campagne est enregistrée.")
    if unknown:
        page_state.faults = {
            "chosen": UserError("Aucun élève n’a ce numéro : {numbers}.", numbers=", ".join(unknown[:10]))
        }
        return Answer(announce=page_state.banner, focus="campaign-pupils", forget=f"campaign-{campaign.id}")
    return Answer(announce=page_state.banner, forget=f"campaign-{campaign.id}", focus="campaign-name")
