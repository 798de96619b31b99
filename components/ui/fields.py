"""Labelled fields of forms that are no record's record: label above, hint under it, fault under the field."""

from collections.abc import Iterable, Mapping
from typing import TypedDict, Unpack

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import classes
from data.core import own_texts
from data.core.errors import UserError
from data.core.i18n import translate_or_same
from data.core.unit_of_work import UnitOfWork

MAX_LINE = 300  # characters of a text that is one line


class FieldMarks(TypedDict, total=False):
    """Beside a field (`hint`), around it (`span`: of twelve columns), and on it."""

    hint: str
    required: bool
    span: int
    maxlength: int | None
    rows: int
    inputmode: str
    autocomplete: str
    autocapitalize: str
    spellcheck: str
    placeholder: str | None
    lang: str
    disabled: bool
    data_change: str
    data_search: str
    data_of: str
    data_ready: bool


def labelled(
    uow: UnitOfWork,
    id_: str,
    label: str,
    control: str,
    *,
    options: Mapping[str, str] | None = None,
    value: str = "",
    fault: UserError | None = None,
    **marks: Unpack[FieldMarks],
) -> Markup:
    """`control` is an input's type, « select » (value -> words, told in the person's language) or « textarea »."""
    name, hint, required = id_.rpartition("-")[2], marks.get("hint"), marks.get("required")
    described = " ".join(part for part, there in ((f"{id_}-hint", hint), (f"{id_}-fault", fault)) if there)
    common: dict[str, object] = {
        "id": id_,
        "name": name,
        "aria_describedby": described or None,
        "aria_invalid": "true" if fault else None,
        "aria_required": "true" if required else None,
        **{mark: value for mark, value in marks.items() if mark not in {"hint", "required", "span"}},
    }
    if control == "select":
        choices = [
            html.option(translate_or_same(text, uow.language), value=key, selected=key == value)
            for key, text in (options or {}).items()
        ]
        field = html.select(choices, **common)
    elif control == "textarea":
        field = html.textarea(value, **common)
    else:
        common.pop("rows", None)
        field = html.input(type=control, value=value, **common)
    return html.div(
        html.label(uow.translate(label), required and html.span(" ", uow.translate("(obligatoire)")), for_=id_),
        field,
        hint and html.span(uow.translate(hint), id=f"{id_}-hint", class_="hint"),
        fault and html.p(icon("alert"), html.span(fault.message(uow.language)), id=f"{id_}-fault", class_="fault"),
        class_=classes("field", f"s{marks.get('span', 12)}", fault and "faulty"),
    )


def in_english(
    uow: UnitOfWork,
    form: str,
    twins: Iterable[tuple[str, str, int]],
    values: Mapping[str, str],
    faults: Mapping[str, UserError],
) -> Markup:
    """(column, label, longest) of what the office may write in English too; folded while nothing is."""
    known = [(own_texts.twin(name), label, longest) for name, label, longest in twins]
    fields = [
        labelled(uow, f"{form}-{name}", label, "textarea" if longest > MAX_LINE else "text", value=values.get(name, ""),
                 fault=faults.get(name), maxlength=longest, lang="en", rows=3, autocomplete="off")
        for name, label, longest in known
    ]  # fmt: skip
    hint = uow.translate("Vide : qui lit le portail en anglais lit le texte français.")
    return html.details(
        html.summary(uow.translate("En anglais (facultatif)")),
        html.p(hint, class_="hint"),
        html.div(fields, class_="grid", role="group", aria_label=uow.translate("En anglais")),
        open=any(values.get(name) or name in faults for name, *_ in known),
        class_="folded",
    )
