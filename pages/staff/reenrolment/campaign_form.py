"""A campaign's settings: its year and dates, who sees it, the administrative box, its texts."""

from typing import Any

from markupsafe import Markup

from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, classes, tag
from components.ui.panel import Act, Answer
from data.core import formats
from data.core.errors import Faulty, Refused
from data.core.fields import DATE
from data.core.unit_of_work import Visit
from data.reenrolment import campaign_admin
from data.reenrolment.campaigns import Campaign
from pages.staff.reenrolment.campaign_head import PATH, Desk

AUDIENCES_WORDS = {
    "all": "Tous les élèves qui suivent un cours cette année",
    "departments": "Les élèves de certains départements",
    "cycles": "Les élèves de certains cycles",
    "hand": "Des élèves choisis un à un",
}
TEXTS = (
    ("introduction", "Texte au-dessus des cours de l’élève", 2000),
    ("documents_text", "Texte au-dessus de « Pièces à fournir »", 1000),
    ("confirmation", "Texte ajouté à l’accusé de réception", 2000),
)


def draw(v: Visit, campaign: Campaign | None, desk: Desk) -> Markup:
    values, faults = _values(v, campaign, desk), desk.faults
    audience = desk.audience or values["audience"]
    dates = "jj/mm/aaaa"
    return tag(
        "section",
        acting_form(
            tag(
                "div",
                labelled(v, "campaign-title", "Titre", "text", value=values["title"], fault=faults.get("title"),
                         required=True, span=6, maxlength=120, autocomplete="off"),
                labelled(v, "campaign-school_year", "Année scolaire", "text", value=values["school_year"], hint="Par exemple 2027-2028",
                         fault=faults.get("school_year"), required=True, span=6, maxlength=9, autocomplete="off"),
                labelled(v, "campaign-opens_on", "Ouverture", "text", value=values["opens_on"], hint=dates,
                         fault=faults.get("opens_on"), required=True, span=6, inputmode="numeric", autocomplete="off"),
                labelled(v, "campaign-closes_on", "Fermeture (jour compris)", "text", value=values["closes_on"], hint=dates,
                         fault=faults.get("closes_on"), required=True, span=6, inputmode="numeric", autocomplete="off"),
                class_="grid",
            ),
            tag(
                "div",
                labelled(v, "campaign-audience", "Qui voit la campagne", "select", options=AUDIENCES_WORDS, value=audience,
                         fault=faults.get("audience"), span=12, data_change="audience"),
                _choices(v, campaign, audience, values, faults.get("chosen")),
                class_="grid",
            ),
            _administrative(v, values["administrative"] == "on"),
            tag(
                "div",
                (
                    labelled(v, f"campaign-{name}", label, "textarea", value=values[name], fault=faults.get(name),
                             maxlength=most, rows=3)
                    for name, label, most in TEXTS
                ),
                class_="grid",
            ),
            tag("div", tag("button", v.say("Enregistrer"), type="submit", class_="btn"), class_="actions"),
            do="save",
            of=campaign.id if campaign else 0,
            data_keep=f"campaign-{campaign.id if campaign else 0}",
        ),
        class_="card",
        aria_label=v.say("Réglages de la campagne"),
    )  # fmt: skip


def _values(v: Visit, campaign: Campaign | None, desk: Desk) -> dict[str, str]:
    if desk.values:
        return {"administrative": "", "audience": "all", **dict.fromkeys(_NAMES, ""), **desk.values}
    if campaign is None:
        first = int(formats.school_year(v.today)[:4]) + 1
        year = f"{first}-{first + 1}"
        title = v.say("Réinscriptions {year}", year=year)
        return {
            **dict.fromkeys(_NAMES, ""),
            "school_year": year,
            "title": title,
            "audience": "all",
            "administrative": "on",
        }
    return {
        **{name: str(getattr(campaign, name)) for name in _NAMES},
        "opens_on": formats.day(campaign.opens_on),
        "closes_on": formats.day(campaign.closes_on),
        "audience": campaign.audience,
        "administrative": "on" if campaign.administrative else "",
        **{f"chosen:{name}": "on" for name in campaign.chosen},
    }


_NAMES = ("school_year", "title", "opens_on", "closes_on", "introduction", "documents_text", "confirmation")


def _choices(
    v: Visit, campaign: Campaign | None, audience: str, values: dict[str, str], fault: Refused | None
) -> Markup | None:
    """What the chosen way asks for: departments, cycles, or numbers."""
    if audience == "hand":
        known = campaign_admin.chosen_pupils(v, campaign.id) if campaign else []
        typed = values.get("pupils", ", ".join(str(pupil.number) for pupil in known))
        names = ", ".join(pupil.full_name for pupil in known[:40]) + (" …" if len(known) > 40 else "")
        field = labelled(v, "campaign-pupils", "Numéros de dossier", "textarea", value=typed, fault=fault, rows=3,
                         hint="Séparés par des virgules ou des espaces")  # fmt: skip
        return field + (tag("p", names, class_="soft s12") if names else "")
    if audience not in {"departments", "cycles"}:
        return None
    year = campaign.source_year if campaign else formats.school_year(v.today)
    offered = campaign_admin.departments(v, year) if audience == "departments" else campaign_admin.cycles(v)
    legend = v.say("Départements") if audience == "departments" else v.say("Cycles")
    boxes = [
        tag("label", tag("input", type="checkbox", name=f"chosen:{name}", checked=f"chosen:{name}" in values), name)
        for name in offered
    ]
    told = tag("p", icon("alert"), tag("span", fault.tell(v.tongue)), class_="fault") if fault else None
    return tag(
        "fieldset", tag("legend", legend), boxes, told, class_=classes("choices", "s12"), id="chosen", tabindex="-1"
    )


def _administrative(v: Visit, on: bool) -> Markup:
    box = tag("input", type="checkbox", name="administrative", checked=on)
    words = v.say("Proposer la case « Réinscription administrative » (tous les cours à la fois)")
    return tag("p", tag("label", box, words, class_="box-label"))


def change_audience(_v: Visit, act: Act, desk: Desk) -> Answer:
    chosen = act.values.get("audience", "")
    desk.audience = chosen if chosen in AUDIENCES_WORDS else ""
    return Answer()


def save(v: Visit, act: Act, desk: Desk) -> Answer:
    """What was typed stays until all of it is right."""
    typed = dict(act.values)
    desk.values, desk.faults = typed, {}
    values: dict[str, Any] = {
        **{
            name: typed.get(name, "")
            for name in ("school_year", "title", "introduction", "documents_text", "confirmation")
        },
        "audience": typed.get("audience", "all"),
        "administrative": "administrative" in typed,
        "chosen": sorted(name.removeprefix("chosen:") for name in typed if name.startswith("chosen:")),
    }
    values["title"], values["school_year"] = values["title"].strip(), values["school_year"].strip()
    faults: dict[str, Refused] = {}
    for name in ("opens_on", "closes_on"):
        try:
            values[name] = DATE.read(typed.get(name, ""))
        except Refused as refused:
            values[name], faults[name] = None, refused
    unknown: list[str] = []
    try:
        campaign = campaign_admin.save(v, desk.campaign_id, values)
        if values["audience"] == "hand":
            _, unknown = campaign_admin.choose_by_number(v, campaign.id, typed.get("pupils", ""))
    except Faulty as faulty:
        desk.faults = {**faulty.faults, **faults}
        first = next(iter(desk.faults))
        return Answer(focus="chosen" if first == "chosen" else f"campaign-{first}")
    desk.values, desk.audience = {}, ""
    if desk.campaign_id is None:
        return Answer(go=f"{PATH}/{campaign.id}?onglet=pieces", forget="campaign-0")
    desk.told = v.say("La campagne est enregistrée.")
    if unknown:
        desk.faults = {"chosen": Refused("Aucun élève n’a ce numéro : {numbers}.", numbers=", ".join(unknown[:10]))}
        return Answer(say=desk.told, focus="campaign-pupils", forget=f"campaign-{campaign.id}")
    return Answer(say=desk.told, forget=f"campaign-{campaign.id}", focus="campaign-name")
