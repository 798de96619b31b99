"""The form of a record's editable fields: labels above, hints and faults below, pending values marked with the old one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import acting_form, button, classes, join
from components.ui.panel import Act, Answer, Handler, only_shows
from data.accounts import sessions
from data.accounts.caller import Caller
from data.change_requests import submission as change_requests
from data.change_requests.models import FieldChange
from data.core import fields, sites
from data.core.errors import UserError, ValidationErrors
from data.core.fields import EditableField
from data.core.i18n import Language, _
from data.core.sites import Policy, Site
from data.core.unit_of_work import UnitOfWork
from data.families.models import Guardian, Record

INPUT_MODES = {"tel": "tel", "email": "email", "date": "numeric", "postcode": "text"}
NOTICES = {
    "guardian": _("Fiche du responsable en attente de validation"),
    "pupil": _("Fiche de l’élève en attente de validation"),
}
RECEIPT = _("Un accusé de réception vous est envoyé par e-mail.")
NO_RECEIPT = _("Aucun accusé de réception n’a pu partir : votre fiche n’a pas d’adresse e-mail.")
PASSWORD = "current_password"
MAX_TOWNS = 8  # shown as buttons; more are in the field's own list
THEN = _("Le conservatoire vérifie vos modifications ; elles sont marquées « En attente » d’ici là.")


@dataclass
class Typed:
    """What a page keeps of its forms between two drawings: faults, and post codes whose towns to propose. By record."""

    faults: dict[str, dict[str, UserError]] = field(default_factory=dict)
    postcodes: dict[str, str] = field(default_factory=dict)


def record_key(row: Record) -> str:
    return f"{change_requests.record_type_of(row)}-{row.id}"


def record_form(
    uow: UnitOfWork,
    site: Site,
    row: Record,
    waiting: Mapping[str, FieldChange],
    typed: Typed,
    *,
    may_change: bool = True,
) -> Markup:
    """The whole form of `row`; read only where the site or the link says so."""
    key, sections = record_key(row), dict[str, list[Markup]]()
    faults = typed.faults.get(key, {})
    for name, (one, policy) in sites.open_fields(site, type(row)).items():
        if one.kind.control == "photo":
            continue  # it has a form of its own, sent by plain HTTP
        control = Control(
            uow, key, one, policy if may_change else Policy.READONLY, sites.is_required(site, one, type(row))
        )
        sections.setdefault(one.mark.section, []).append(
            control.draw(
                one.shown(row), waiting.get(name), faults.get(name), _towns(one, row, waiting, typed.postcodes.get(key))
            )
        )
        if name == "email" and isinstance(row, Guardian) and may_change and policy != Policy.READONLY:
            sections[one.mark.section].append(_own_password(uow, key, faults.get(PASSWORD)))
    body = [
        html.fieldset(
            html.legend(uow.translate(title), html.span(f" : {row.full_name}", class_="unseen")),
            html.div(inside, class_="grid"),
        )
        for title, inside in sections.items()
    ]
    if not may_change:
        return html.div(body, class_="record-fields")
    return acting_form(
        body,
        _actions(uow, row, waiting),
        do="save",
        of=row.id,
        data_draft=f"{key}-{uow.account_id}",
        id=f"{key}-form",
    )


def _own_password(uow: UnitOfWork, key: str, fault: UserError | None) -> Markup:
    """Shown by the script once the e-mail beside it is changed."""
    at = f"{key}-{PASSWORD}"
    field = html.input(
        id=at,
        name=PASSWORD,
        type="password",
        autocomplete="current-password",
        maxlength=256,
        aria_describedby=f"{at}-hint {at}-fault" if fault else f"{at}-hint",
        aria_invalid="true" if fault else None,
    )
    message = fault and html.p(icon("alert"), html.span(fault.message(uow.language)), id=f"{at}-fault", class_="fault")
    return html.div(
        html.label(uow.translate("Votre mot de passe actuel"), for_=at),
        field,
        html.span(uow.translate("Demandé pour changer l’e-mail."), id=f"{at}-hint", class_="hint"),
        message,
        class_=classes("field", "s4", fault and "faulty"),
        data_beside=f"{key}-email",
        hidden=fault is None,
    )


def _towns(one: EditableField, row: Record, waiting: Mapping[str, FieldChange], typed: str | None) -> tuple[str, ...]:
    if one.kind.control != "town" or not isinstance(row, Guardian):
        return ()
    asked = waiting.get("postcode")
    return fields.towns(typed or (asked.new if asked else row.postcode))


@dataclass(frozen=True)
class Control:
    """One field's drawing."""

    uow: UnitOfWork
    key: str
    one: EditableField
    policy: Policy
    required: bool

    @property
    def id(self) -> str:
        return f"{self.key}-{self.one.name}"

    def draw(
        self, recorded: str, change: FieldChange | None, fault: UserError | None, towns: tuple[str, ...]
    ) -> Markup:
        uow, shown = self.uow, change.new if change else recorded
        below = []
        hint = self.one.kind.hint if self.policy != Policy.READONLY else ""
        if hint:
            below.append(html.span(uow.translate(hint), id=f"{self.id}-hint", class_="hint"))
        if change:
            old = self.one.format_value(change.old, uow.language) or uow.translate("vide")
            below.append(
                html.p(
                    icon("clock"),
                    html.span(uow.translate("En attente · avant : {old}", old=old)),
                    id=f"{self.id}-was",
                    class_="was",
                )
            )
            if change.confirm_hash and not change.confirmed_at:
                below.append(
                    html.p(
                        icon("mail"),
                        html.span(uow.translate("Confirmez cette adresse par le lien que vous y avez reçu.")),
                        class_="was",
                    )
                )
        if 1 < len(towns) <= MAX_TOWNS and shown not in towns:
            chips = [html.button(town, type="button", data_fills=self.id) for town in towns]
            below.append(html.div(chips, class_="ready", role="group", aria_label=uow.translate("Choisir la ville")))
        if fault:
            below.append(
                html.p(icon("alert"), html.span(fault.message(uow.language)), id=f"{self.id}-fault", class_="fault")
            )
        described = " ".join(
            f"{self.id}-{what}" for what, there in (("hint", hint), ("was", change), ("fault", fault)) if there
        )
        label = html.label(
            uow.translate(self.one.mark.label),
            self.required and self.policy != Policy.READONLY and html.span(" ", uow.translate("(obligatoire)")),
            for_=self.id,
        )
        return html.div(
            label,
            self.input(shown, described, fault, towns),
            below,
            class_=classes("field", f"s{self.one.mark.span}", change and "pending", fault and "faulty"),
        )

    def input(self, shown: str, described: str, fault: UserError | None, towns: tuple[str, ...]) -> Markup:
        kind, uow = self.one.kind, self.uow
        common: dict[str, object] = {
            "id": self.id,
            "name": self.one.name,
            "aria_describedby": described or None,
            "aria_invalid": "true" if fault else None,
            "aria_required": "true" if self.required else None,
            "autocomplete": self.one.mark.autocomplete or "off",
        }
        text = self.one.format_value(shown, uow.language)
        if self.policy == Policy.READONLY:
            shown = text or uow.translate("Non renseigné")
            return html.input(id=self.id, value=shown, readonly=True, type="text", aria_describedby=described or None)
        if kind.control in {"choice", "country"}:
            options = (
                _countries(uow.language, shown)
                if kind.control == "country"
                else _options(uow, {"": "–", **kind.options}, shown)
            )
            return html.select(options, **common)
        listed = html.datalist((html.option(value=town) for town in towns), id=f"{self.id}-list") if towns else None
        field_ = html.input(
            type="email" if kind.control == "email" else "tel" if kind.control == "tel" else "text",
            value=text,
            maxlength=self.one.length,
            inputmode=INPUT_MODES.get(kind.control),
            list=f"{self.id}-list" if listed else None,
            data_change="towns" if kind.control == "postcode" else None,
            data_of=self.key if kind.control == "postcode" else None,
            **common,
        )
        return field_ + listed if listed else field_


def _options(uow: UnitOfWork, text: Mapping[str, str], chosen: str) -> list[Markup]:
    return [
        html.option(uow.translate(message) if value else message, value=value, selected=value == chosen)
        for value, message in text.items()
    ]


@lru_cache(maxsize=32)
def _countries(language: Language, chosen: str) -> Markup:
    """All of them: nothing else of a record is so long, and it is the same for nearly everyone."""
    return join(
        html.option(name, value=code, selected=code == chosen) for code, name in fields.countries(language).items()
    )


def _actions(uow: UnitOfWork, row: Record, waiting: Mapping[str, FieldChange]) -> Markup:
    """« Modifier », and what waits, right of it and below."""
    cancel = (
        button(uow.translate("Annuler mes modifications en attente"), do="withdraw", of=row.id, class_="link first")
        if waiting
        else None
    )
    notice = (
        html.p(icon("clock"), html.span(uow.translate(NOTICES[change_requests.record_type_of(row)])), class_="was")
        if waiting
        else None
    )
    return html.div(
        cancel,
        html.button(uow.translate("Modifier"), type="submit", class_="btn", id=f"{record_key(row)}-save"),
        notice,
        class_="actions",
    )


def acts(table: type[Any], typed: Typed) -> dict[str, Handler]:
    """The actions of a page's records."""

    async def save(caller: Caller, act: Act) -> Answer:
        return await _save(caller, table, act, typed)

    return {
        "save": save,
        "withdraw": lambda uow, act: _withdraw(uow, uow.get(table, act.number()), typed),
        "towns": only_shows(lambda uow, act: _propose_towns(act, typed)),
    }


async def _save(caller: Caller, table: type[Any], act: Act, typed: Typed) -> Answer:
    """What « Modifier » does: the request and its message; or each fault beside its field, the first one focused."""
    values = {name: value for name, value in act.values.items() if name != PASSWORD}
    with caller.unit_of_work(writes=True) as uow:
        row = uow.get(table, act.number())
        if not _changes_own_address(uow, row, values):
            return _propose(uow, row, values, typed)
    word = act.values.get(PASSWORD, "")
    right = caller.account is not None and await sessions.is_mine(caller.account, word)
    with caller.unit_of_work(writes=True) as uow:
        row = uow.get(table, act.number())
        if not right:
            error = UserError("Saisissez votre mot de passe actuel pour changer l’e-mail.")
            return _faults(row, {PASSWORD: error}, typed)
        return _propose(uow, row, values, typed)


def _propose(uow: UnitOfWork, row: Record, values: Mapping[str, str], typed: Typed) -> Answer:
    try:
        outcome = change_requests.propose(uow, row, values)
    except ValidationErrors as invalid:
        return _faults(row, invalid.faults, typed)
    typed.faults.pop(record_key(row), None)
    return Answer(dialog=_outcome_message(uow, outcome), forget=f"{record_key(row)}-{uow.account_id}")


def _faults(row: Record, faults: dict[str, UserError], typed: Typed) -> Answer:
    typed.faults[record_key(row)] = faults
    return Answer(focus=f"{record_key(row)}-{next(iter(faults))}")


def _changes_own_address(uow: UnitOfWork, row: Record, values: Mapping[str, str]) -> bool:
    """A guardian's address receives lost passwords: whoever changes it shows that they know the present one."""
    wanted = values.get("email", "").strip().casefold()
    if not isinstance(row, Guardian) or "email" not in values or wanted == row.email.casefold():
        return False
    waiting = change_requests.pending(uow, [row])["guardian", row.id].get("email")
    return waiting is None or wanted != waiting.new.casefold()


def _outcome_message(uow: UnitOfWork, outcome: change_requests.Outcome) -> str:
    if outcome.nothing:
        return uow.translate("Aucune modification à enregistrer.")
    if not (outcome.asked or outcome.saved):
        return uow.translate("Les modifications retirées n’attendent plus de validation.")
    receipt = uow.translate(RECEIPT) if outcome.mailed else uow.translate(NO_RECEIPT)
    return " ".join(
        [
            uow.translate("La fiche d’identité a été mise à jour."),
            receipt,
            *([uow.translate(THEN)] if outcome.asked else []),
        ]
    )


def _withdraw(uow: UnitOfWork, row: Record, typed: Typed) -> Answer:
    typed.faults.pop(record_key(row), None)
    change_requests.withdraw(uow, row)
    return Answer(
        toast=uow.translate("Vos modifications en attente sont annulées."),
        forget=f"{record_key(row)}-{uow.account_id}",
        focus=f"{record_key(row)}-form",
    )


def _propose_towns(act: Act, typed: Typed) -> Answer:
    """The towns of the post code just typed; the only one is written for the person."""
    key, code = act.of, act.values.get("postcode", "").strip()
    if not key.startswith("guardian-"):
        return Answer()
    typed.postcodes[key] = code
    found = fields.towns(code)
    return Answer(fill={f"{key}-town": found[0]} if len(found) == 1 else {})
