"""The form of a letter to a group: to whom, and what is written, with a button for each variable."""

from collections.abc import Mapping

from markupsafe import Markup

from components.layout.file_notices import file_field, file_form
from components.ui import html
from components.ui.fields import in_english, labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, ending
from components.ui.status_chip import label_of
from data.core import own_texts
from data.core.errors import UserError
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.group_letters import audience
from data.group_letters.composing import VARIABLES
from data.group_letters.models import GroupLetter, documents_of
from data.group_letters.writing import TEXTS
from data.reenrolment.models import ReenrolmentState
from data.reenrolment.participation import PLACES
from data.uploads import validation
from data.uploads.limits import MAX_LETTER_DOCUMENTS
from pages.staff.letters.groups import PATH

FORM = "group-form"
Faults = Mapping[str, UserError]
Values = Mapping[str, str]
TWINS = (("subject", _("Objet"), TEXTS["subject"]), ("text", _("Texte"), TEXTS["text"]))
BOXES = {
    "everyone": _("Tous les élèves inscrits cette année"),
    "unpaid": _("Seulement les familles qui ont un solde à régler"),
    "principal": _("Seulement le foyer principal de chaque élève"),
}


def draft_key(letter_id: int | None) -> str:
    return f"group-letter-{letter_id or 0}"


def draw(uow: UnitOfWork, letter: GroupLetter | None, typed: Values, faults: Faults) -> Markup:
    values = typed or (_stored(letter) if letter else {})
    first = letter and button(
        uow.translate("Supprimer le brouillon"), do="remove", of=letter.id, class_="btn bad first"
    )
    form = acting_form(
        _whom(uow, values, faults),
        _what(uow, values, faults),
        html.div(
            first,
            html.button(uow.translate("Enregistrer et relire"), type="submit", class_="btn"),
            class_="actions",
        ),
        do="save",
        of=letter.id if letter else 0,
        id=FORM,
        class_="stack-form",
        data_draft=draft_key(letter.id if letter else None),
        data_unsaved=letter is not None,
    )
    title = uow.translate("Le courrier")
    return html.section(form, _documents(uow, letter) if letter else None, class_="card", aria_label=title)


def _stored(letter: GroupLetter) -> dict[str, str]:
    choice = audience.choice_of(letter)
    return {
        "subject": letter.subject,
        "text": letter.text,
        **{own_texts.twin(name): letter.english.get(name, "") for name in TEXTS},
        **{name: str(getattr(choice, name) or "") for name in ("campaign", "state", "course", "teacher")},
        "department": choice.department,
        "cycle": choice.cycle,
        "numbers": ", ".join(map(str, choice.numbers)),
        **{name: "on" for name in BOXES if getattr(choice, name)},
        **({"asks": "on"} if letter.asks else {}),
    }


def _box(uow: UnitOfWork, name: str, label: str, values: Values, fault: UserError | None = None) -> Markup:
    ticked = html.input(
        type="checkbox",
        id=f"group-{name}",
        name=name,
        checked=bool(values.get(name)),
        aria_describedby=f"group-{name}-fault" if fault else None,
    )
    said = fault and html.p(
        icon("alert"), html.span(fault.message(uow.language)), id=f"group-{name}-fault", class_="fault"
    )
    return html.div(html.label(ticked, uow.translate(label), class_="box-label"), said, class_="field s12")


def _whom(uow: UnitOfWork, values: Values, faults: Faults) -> Markup:
    """Everything that is chosen must hold; the numbers come besides."""
    what = audience.offered(uow)
    anyone = {"": uow.translate("Peu importe")}
    campaigns = anyone | {str(each.id): each.title for each in what.campaigns}
    states = {"": uow.translate("Tous"), "unsent": uow.translate("Sans réponse (silencieux et brouillons)")} | {
        str(place): uow.translate(label_of(ReenrolmentState(place))) for place in PLACES
    }
    choices = (
        ("campaign", _("Campagne de réinscription"), campaigns),
        ("state", _("Où en est la demande"), states),
        ("department", _("Département"), anyone | {each: each for each in what.departments}),
        ("cycle", _("Cycle"), anyone | {each: each for each in what.cycles}),
        ("course", _("Cours"), anyone | {str(key): name for key, name in what.courses}),
        ("teacher", _("Professeur"), anyone | {str(key): name for key, name in what.teachers}),
    )
    return html.div(
        html.h2(uow.translate("À qui"), id="whom-title"),
        html.p(uow.translate("Les familles des élèves pour qui tout ce que vous choisissez est vrai."), class_="hint"),
        _box(uow, "everyone", BOXES["everyone"], values, faults.get("everyone")),
        html.div(
            (
                labelled(
                    uow,
                    f"group-{name}",
                    label,
                    "select",
                    options=options,
                    value=values.get(name, ""),
                    fault=faults.get(name),
                    span=6,
                )
                for name, label, options in choices
            ),
            class_="grid",
        ),
        _box(uow, "unpaid", BOXES["unpaid"], values),
        labelled(
            uow, "group-numbers", "Et aussi les familles n°", "text", value=values.get("numbers", ""),
            fault=faults.get("numbers"), hint=_("Leurs numéros, séparés par des virgules."), autocomplete="off",
            inputmode="numeric",
        ),
        _box(uow, "principal", BOXES["principal"], values),
        class_="stack-form",
        role="group",
        aria_labelledby="whom-title",
    )  # fmt: skip


def _what(uow: UnitOfWork, values: Values, faults: Faults) -> Markup:
    buttons = [
        html.button(
            uow.translate(label),
            type="button",
            data_inserts="group-text",
            data_text="{" + name + "}",
            aria_label=uow.translate("Insérer « {name} »", name=uow.translate(label)),
        )
        for name, label in VARIABLES.items()
    ]
    return html.div(
        html.h2(uow.translate("Ce que vous écrivez"), id="what-title"),
        labelled(
            uow, "group-subject", "Objet", "text", value=values.get("subject", ""), fault=faults.get("subject"),
            required=True, maxlength=TEXTS["subject"], autocomplete="off",
        ),
        labelled(
            uow, "group-text", "Texte", "textarea", value=values.get("text", ""), fault=faults.get("text"),
            required=True, maxlength=TEXTS["text"], rows=10, autocomplete="off",
            hint=_(
                "« Bonjour » et le nom sont écrits d’avance. Chaque ligne est un paragraphe ; les boutons ajoutent ce qui change "
                "d’une famille à l’autre."
            ),
        ),
        html.div(buttons, class_="ready", role="group", aria_label=uow.translate("Variables")),
        in_english(uow, "group", TWINS, values, faults),
        _box(uow, "asks", _("À lire et accepter : chaque foyer répond « J’ai lu et j’accepte » dans le portail"), values),
        class_="stack-form",
        role="group",
        aria_labelledby="what-title",
    )  # fmt: skip


def _documents(uow: UnitOfWork, letter: GroupLetter) -> Markup:
    """Sent by plain HTTP, as every file is; the draft is there first."""
    found = documents_of(uow, letter.id)
    rows = [
        html.li(
            html.a(icon("paper"), html.span(each.name), href=f"/courriers/documents/{each.id}"),
            button(
                uow.translate("Retirer"), ending(uow.language, each.name), do="remove-document",
                of=each.id, class_="link",
            ),
        )
        for each in found
    ]  # fmt: skip
    sends = file_form(
        uow,
        file_field(uow.translate("Document à joindre (PDF ou image)"), validation.ACCEPTED),
        html.button(uow.translate("Joindre"), type="submit", class_="btn quiet"),
        action=f"{PATH}/{letter.id}/documents",
        class_="beside",
    )
    full = html.p(validation.refusal("joints").message(uow.language), class_="hint")
    return html.div(
        html.h2(uow.translate("Documents joints"), id="documents-title", tabindex="-1"),
        html.p(
            uow.translate("Les familles les lisent dans le portail ; le courriel les nomme et y mène."), class_="hint"
        ),
        html.ul(rows, class_="list") if rows else None,
        sends if len(found) < MAX_LETTER_DOCUMENTS else full,
        class_="stack-form",
    )
