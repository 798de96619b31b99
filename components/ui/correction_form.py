"""A record's fields as staff correct them: the recorded value to change, what the family asks beside it, nothing unseen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from components.ui import html
from components.ui.forms import Control
from components.ui.icons import icon
from components.ui.markup import acting_form, classes, ending
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest, FieldChange
from data.core.errors import UserError
from data.core.fields import EditableField
from data.core.sites import Policy
from data.core.unit_of_work import UnitOfWork
from data.directory import edit_families
from data.directory.edit_families import ASKED, WAS

Waiting = Mapping[str, tuple[FieldChange, ChangeRequest]]


@dataclass
class Shown:
    """What a page keeps of its forms between two drawings: faults, and the values it showed first. By form."""

    faults: dict[str, dict[str, UserError]] = field(default_factory=dict)
    typed: dict[str, Mapping[str, str]] = field(default_factory=dict)  # of forms for new records
    recorded: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def forget(self, key: str) -> None:
        for each in (self.faults, self.typed, self.recorded, self.asked):
            each.pop(key, None)


def key_of(row: Any) -> str:
    return f"{change_requests.record_type_of(row)}-{row.id}"


def form(uow: UnitOfWork, row: Any, waiting: Waiting, shown: Shown, *, hidden: frozenset[str] = frozenset()) -> Markup:
    """The form of every field but the `hidden` ones; « Enregistrer » sends « correct »."""
    key, known = key_of(row), edit_families.fields_of(type(row))
    recorded = shown.recorded.setdefault(key, {name: one.shown(row) for name, one in known.items()})
    asked = shown.asked.setdefault(key, {name: change.new for name, (change, _) in waiting.items()})
    sections, faults = dict[str, list[Markup]](), shown.faults.get(key, {})
    for name, one in known.items():
        if name in hidden:
            continue
        drawn = _field(uow, key, one, one.shown(row), recorded[name], waiting.get(name), faults.get(name))
        unseen = (html.input(type="hidden", name=WAS + name, value=recorded[name]),) + (
            (html.input(type="hidden", name=ASKED + name, value=asked[name]),) if name in asked else ()
        )
        sections.setdefault(one.mark.section, []).extend((drawn, *unseen))
    return acting_form(
        (
            html.fieldset(
                html.legend(uow.translate(title), ending(uow.language, row.full_name)),
                html.div(each, class_="grid"),
            )
            for title, each in sections.items()
        ),
        html.div(
            html.button(uow.translate("Enregistrer"), type="submit", class_="btn", id=f"{key}-save"),
            class_="actions",
        ),
        do="correct",
        of=row.id,
        data_draft=f"office-{key}-{uow.account_id}",
        data_unsaved=True,
        id=f"{key}-form",
    )


def _field(
    uow: UnitOfWork,
    key: str,
    one: EditableField,
    now: str,
    seen: str,
    waiting: tuple[FieldChange, ChangeRequest] | None,
    fault: UserError | None,
) -> Markup:
    one = replace(one, mark=replace(one.mark, autocomplete=""))  # the browser would fill in the secretary's own
    control, below = Control(uow, key, one, Policy.IMMEDIATE, one.mark.required), list[Markup]()
    notes: list[str] = []
    if hint := one.kind.hint:
        below.append(html.span(uow.translate(hint), id=f"{control.id}-hint", class_="hint"))
        notes.append("hint")
    if now != seen:
        text = uow.translate(
            "A changé entre-temps : « {value} »", value=one.format_value(now, uow.language) or uow.translate("vide")
        )
        below.append(html.p(icon("info"), html.span(text), id=f"{control.id}-now", class_="asked"))
        notes.append("now")
    if waiting:
        change, request = waiting
        text = uow.translate(
            "La famille demande : « {value} »",
            value=one.format_value(change.new, uow.language) or uow.translate("vide"),
        )
        link = html.a(uow.translate("voir la demande"), href=f"/gestion/demandes?demande={request.id}")
        below.append(html.p(icon("clock"), html.span(text, " ", link), id=f"{control.id}-asked", class_="asked"))
        notes.append("asked")
    if fault:
        below.append(
            html.p(icon("alert"), html.span(fault.message(uow.language)), id=f"{control.id}-fault", class_="fault")
        )
        notes.append("fault")
    described = " ".join(f"{control.id}-{note}" for note in notes)
    return html.div(
        html.label(
            uow.translate(one.mark.label),
            one.mark.required and html.span(" ", uow.translate("(obligatoire)")),
            for_=control.id,
        ),
        control.input(now, described, fault, ()),
        below,
        class_=classes("field", f"s{one.mark.span}", fault and "faulty"),
    )


def new(uow: UnitOfWork, table: type[Any], names: Iterable[str], shown: Shown, key: str) -> Markup:
    """Fields of a record that is not there yet, in a grid of their own; what was typed stays beside its fault."""
    known, faults, typed = edit_families.fields_of(table), shown.faults.get(key, {}), shown.typed.get(key, {})
    drawn = [
        _field(uow, key, one, typed.get(name, ""), typed.get(name, ""), None, faults.get(name))
        for name, one in known.items()
        if name in set(names)
    ]
    return html.div(drawn, class_="grid")
