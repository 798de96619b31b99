"""A sheet's fields as staff correct them: the recorded value to change, what the family asks beside it, nothing unseen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from components.ui.forms import Control
from components.ui.icons import icon
from components.ui.markup import acting_form, classes, tag
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest, FieldChange
from data.core.errors import Refused
from data.core.fields import EditableField
from data.core.unit_of_work import Visit
from data.directory import edit_families
from data.directory.edit_families import ASKED, WAS

Waiting = Mapping[str, tuple[FieldChange, ChangeRequest]]


@dataclass
class Shown:
    """What a page keeps of its forms between two drawings: faults, and the values it showed first. By form."""

    faults: dict[str, dict[str, Refused]] = field(default_factory=dict)
    typed: dict[str, Mapping[str, str]] = field(default_factory=dict)  # of forms for new records
    recorded: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def forget(self, key: str) -> None:
        for each in (self.faults, self.typed, self.recorded, self.asked):
            each.pop(key, None)


def key_of(row: Any) -> str:
    return f"{change_requests.sheet_of(row)}-{row.id}"


def sheet(v: Visit, row: Any, waiting: Waiting, shown: Shown, *, hidden: frozenset[str] = frozenset()) -> Markup:
    """The form of every field but the `hidden` ones; « Enregistrer » sends « correct »."""
    key, known = key_of(row), edit_families.fields_of(type(row))
    recorded = shown.recorded.setdefault(key, {name: one.shown(row) for name, one in known.items()})
    asked = shown.asked.setdefault(key, {name: change.new for name, (change, _) in waiting.items()})
    sections, faults = dict[str, list[Markup]](), shown.faults.get(key, {})
    for name, one in known.items():
        if name in hidden:
            continue
        drawn = _field(v, key, one, one.shown(row), recorded[name], waiting.get(name), faults.get(name))
        unseen = (tag("input", type="hidden", name=WAS + name, value=recorded[name]),) + (
            (tag("input", type="hidden", name=ASKED + name, value=asked[name]),) if name in asked else ()
        )
        sections.setdefault(one.mark.section, []).extend((drawn, *unseen))
    return acting_form(
        (
            tag("fieldset", tag("legend", v.say(title)), tag("div", each, class_="grid"))
            for title, each in sections.items()
        ),
        tag(
            "div",
            tag("button", v.say("Enregistrer"), type="submit", class_="btn", id=f"{key}-save"),
            class_="actions",
        ),
        do="correct",
        of=row.id,
        data_keep=f"desk-{key}-{v.account_id}",
        id=f"{key}-form",
    )


def _field(
    v: Visit,
    key: str,
    one: EditableField,
    now: str,
    seen: str,
    waiting: tuple[FieldChange, ChangeRequest] | None,
    fault: Refused | None,
) -> Markup:
    one = replace(one, mark=replace(one.mark, autocomplete=""))  # the browser would fill in the secretary's own
    control, below = Control(v, key, one, "immediate", one.mark.required), list[Markup]()
    notes: list[str] = []
    if hint := one.kind.hint:
        below.append(tag("span", v.say(hint), id=f"{control.id}-hint", class_="hint"))
        notes.append("hint")
    if now != seen:
        words = v.say("A changé entre-temps : « {value} »", value=one.tell(now, v.tongue) or v.say("vide"))
        below.append(tag("p", icon("info"), tag("span", words), id=f"{control.id}-now", class_="asked"))
        notes.append("now")
    if waiting:
        change, request = waiting
        words = v.say("La famille demande : « {value} »", value=one.tell(change.new, v.tongue) or v.say("vide"))
        link = tag("a", v.say("voir la demande"), href=f"/gestion/demandes?demande={request.id}")
        below.append(tag("p", icon("clock"), tag("span", words, " ", link), id=f"{control.id}-asked", class_="asked"))
        notes.append("asked")
    if fault:
        below.append(
            tag("p", icon("alert"), tag("span", fault.tell(v.tongue)), id=f"{control.id}-fault", class_="fault")
        )
        notes.append("fault")
    described = " ".join(f"{control.id}-{note}" for note in notes)
    return tag(
        "div",
        tag(
            "label",
            v.say(one.mark.label),
            one.mark.required and tag("span", " ", v.say("(obligatoire)")),
            for_=control.id,
        ),
        control.input(now, described, fault, ()),
        below,
        class_=classes("field", f"s{one.mark.span}", fault and "faulty"),
    )


def new(v: Visit, table: type[Any], names: Iterable[str], shown: Shown, key: str) -> Markup:
    """Fields of a record that is not there yet, in a grid of their own; what was typed stays beside its fault."""
    known, faults, typed = edit_families.fields_of(table), shown.faults.get(key, {}), shown.typed.get(key, {})
    drawn = [
        _field(v, key, one, typed.get(name, ""), typed.get(name, ""), None, faults.get(name))
        for name, one in known.items()
        if name in set(names)
    ]
    return tag("div", drawn, class_="grid")
