"""The form of a record's editable fields: labels above, hints and faults below, pending values marked with the old one."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from markupsafe import Markup

from components.ui import html
from components.ui.asking import asking
from components.ui.icons import icon
from components.ui.markup import acting_form, button, classes, ending, join
from components.ui.own_words import filled, own
from components.ui.question_link import question_link
from data.change_requests import submission as change_requests
from data.change_requests.models import FieldChange
from data.change_requests.submission import Shown
from data.core import fields, sites
from data.core.errors import UserError
from data.core.fields import EditableField
from data.core.i18n import Language, _
from data.core.sites import Policy, Site
from data.core.unit_of_work import UnitOfWork
from data.families import protection
from data.families.models import Guardian, Record
from data.messages.models import About

INPUT_MODES = {"tel": "tel", "email": "email", "date": "numeric", "postcode": "text"}
NOTICES = {
    "guardian": _("Fiche du responsable en attente de validation"),
    "pupil": _("Fiche de l’élève en attente de validation"),
}
PASSWORD = "current_password"
MAX_TOWNS = 8  # shown as buttons; more are in the field's own list


@dataclass
class Typed:
    """What a page keeps of its forms between two drawings, by record: faults, post codes whose towns to propose, and the post
    code and town that were asked about."""

    faults: dict[str, dict[str, UserError]] = field(default_factory=dict)
    postcodes: dict[str, str] = field(default_factory=dict)
    doubted: dict[str, tuple[str, str]] = field(default_factory=dict)


def record_key(row: Record) -> str:
    return f"{change_requests.record_type_of(row)}-{row.id}"


def record_form(
    uow: UnitOfWork,
    site: Site,
    row: Record,
    shown: Shown,
    typed: Typed,
    *,
    may_change: bool = True,
    without: Collection[str] = (),
) -> Markup:
    """The whole form of `row`; read only where the site or the link says so. `without`: fields that mean nothing there."""
    key, sections, waiting = record_key(row), dict[str, list[Markup]](), shown.pending
    faults = typed.faults.get(key, {})
    open_ = protection.open_fields(uow, site, change_requests.record_type_of(row), row)
    for name, (one, policy) in open_.items():
        if one.kind.control == "photo" or name in without:
            continue  # a photograph has a form of its own, sent by plain HTTP
        control = Control(
            uow, key, one, policy if may_change else Policy.READONLY, sites.is_required(site, one, type(row))
        )
        refused = refusal(uow, row, one, shown.refused.get(name), may_change=may_change)
        sections.setdefault(one.mark.section, []).append(
            control.draw(
                one.shown(row),
                waiting.get(name),
                faults.get(name),
                _towns(one, row, waiting, typed.postcodes.get(key)),
                refused if name not in waiting else None,
                proposes=key in typed.postcodes,
            )
        )
        if name == "email" and isinstance(row, Guardian) and may_change and policy != Policy.READONLY:
            sections[one.mark.section].append(_own_password(uow, key, faults.get(PASSWORD)))
    body = [
        html.fieldset(
            html.legend(uow.translate(title), ending(uow.language, row.full_name)),
            html.div(inside, class_="grid"),
        )
        for title, inside in sections.items()
    ]
    if not may_change:
        return html.div(body, class_="record-fields")
    return acting_form(
        body,
        _actions(uow, row, waiting),
        _ask_to_withdraw(uow, row, waiting) if waiting else None,
        do="save",
        of=row.id,
        data_draft=f"{key}-{uow.account_id}",
        data_unsaved=True,
        id=f"{key}-form",
    )


def refusal(
    uow: UnitOfWork, row: Record, one: EditableField, refused: FieldChange | None, *, may_change: bool
) -> Markup | None:
    """Why the conservatoire refused what was asked for this field, until it is read."""
    if refused is None:
        return None
    id_, label = f"{record_key(row)}-{one.name}", uow.translate(one.mark.label)
    text = filled(
        uow.translate("Refusé : vous aviez demandé « {new} ». Motif : {reason}"),
        new=one.format_value(refused.new, uow.language) or uow.translate("vide"),
        reason=own(uow, refused.reason),
    )
    read = button(
        uow.translate("J’ai lu"),
        ending(uow.language, label),
        do="read",
        of=f"{row.id}-{one.name}",
        class_="link",
    )
    return html.div(
        icon("cross"), html.span(text, id=f"{id_}-refused"), read if may_change else None, class_="fault refusal"
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
        self,
        recorded: str,
        change: FieldChange | None,
        fault: UserError | None,
        towns: tuple[str, ...],
        refused: Markup | None,
        *,
        proposes: bool = False,
    ) -> Markup:
        uow, shown = self.uow, change.new if change else recorded
        below = [refused] if refused else []
        hint = self.one.kind.hint if self.policy != Policy.READONLY else ""
        if hint:
            below.append(html.span(uow.translate(hint), id=f"{self.id}-hint", class_="hint"))
        below += [*self.waiting(change), *self.proposed(shown, towns, proposes=proposes)]
        if fault:
            below.append(
                html.p(icon("alert"), html.span(fault.message(uow.language)), id=f"{self.id}-fault", class_="fault")
            )
        described = " ".join(
            f"{self.id}-{what}"
            for what, there in (("hint", hint), ("was", change), ("refused", refused), ("fault", fault))
            if there
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

    def waiting(self, change: FieldChange | None) -> Iterator[Markup]:
        """What was recorded before, while another value waits."""
        uow = self.uow
        if change is None:
            return
        old = self.one.format_value(change.old, uow.language) or uow.translate("vide")
        before = html.span(uow.translate("En attente · avant : {old}", old=old))
        yield html.p(icon("clock"), before, id=f"{self.id}-was", class_="was")
        if change.confirm_hash and not change.confirmed_at:
            text = uow.translate("Confirmez cette adresse par le lien que vous y avez reçu.")
            yield html.p(icon("mail"), html.span(text), class_="was")

    def proposed(self, shown: str, towns: tuple[str, ...], *, proposes: bool) -> Iterator[Markup]:
        """The towns of the post code as buttons; of many, how many there are."""
        uow = self.uow
        if len(towns) < 2 or shown in towns:
            return
        if len(towns) <= MAX_TOWNS:
            chips = [html.button(town, type="button", data_fills=self.id) for town in towns]
            yield html.div(chips, class_="ready", role="group", aria_label=uow.translate("Choisir la ville"))
        elif proposes:
            text = uow.translate(
                "{count} communes ont ce code postal : écrivez le début de la vôtre.", count=len(towns)
            )
            yield html.p(icon("info"), html.span(text), class_="was plain")

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
            data_along=f"{self.key}-town" if kind.control == "postcode" else None,
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
        html.button(
            uow.translate("Annuler mes modifications en attente"),
            type="button",
            class_="link first",
            data_opens=f"{record_key(row)}-ask",
        )
        if waiting
        else None
    )
    notice = (
        html.p(icon("clock"), html.span(uow.translate(NOTICES[change_requests.record_type_of(row)])), class_="was")
        if waiting
        else None
    )
    asks = question_link(uow, About.CHANGE, next(iter(waiting.values())).request_id) if waiting else None
    return html.div(
        cancel,
        html.button(uow.translate("Modifier"), type="submit", class_="btn", id=f"{record_key(row)}-save"),
        notice,
        asks,
        class_="actions",
    )


def _ask_to_withdraw(uow: UnitOfWork, row: Record, waiting: Mapping[str, FieldChange]) -> Markup:
    """Each value that would no longer be asked for, and what stays recorded."""
    known = fields.editables(type(row))
    lines = []
    for name, change in waiting.items():
        one = known[name]
        lines.append(
            html.li(
                uow.translate(
                    "{field} : {new} (reste : {old})",
                    field=uow.translate(one.mark.label),
                    new=one.format_value(change.new, uow.language) or uow.translate("vide"),
                    old=one.format_value(change.old, uow.language) or uow.translate("vide"),
                )
            )
        )
    question = uow.ngettext(
        "Annuler cette modification ? Le conservatoire ne la verra plus.",
        "Annuler ces {count} modifications ? Le conservatoire ne les verra plus.",
        count=len(lines),
    )
    text = html.p(question) + html.ul(lines, class_="list")
    label = uow.translate("Annuler mes modifications")
    return asking(uow, f"{record_key(row)}-ask", text, label, do="withdraw", of=row.id, look="bad")
