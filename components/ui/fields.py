"""Labelled fields of forms that are no record's sheet: label above, hint under it, fault under the field."""

from collections.abc import Mapping

from markupsafe import Markup

from components.ui.icons import icon
from components.ui.markup import classes, tag
from data.core.errors import Refused
from data.core.i18n import twin_or_same
from data.core.unit_of_work import Visit


def labelled(
    v: Visit,
    id_: str,
    label: str,
    control: str,
    *,
    options: Mapping[str, str] | None = None,
    value: str = "",
    hint: str = "",
    fault: Refused | None = None,
    required: bool = False,
    span: int = 12,
    **attributes: object,
) -> Markup:
    """`control` is an input's type, « select » (value -> words, told in the person's language) or « textarea »."""
    name = id_.rpartition("-")[2]
    described = " ".join(part for part, there in ((f"{id_}-hint", hint), (f"{id_}-fault", fault)) if there)
    common: dict[str, object] = {
        "id": id_,
        "name": name,
        "aria_describedby": described or None,
        "aria_invalid": "true" if fault else None,
        "aria_required": "true" if required else None,
        **attributes,
    }
    if control == "select":
        choices = [
            tag("option", twin_or_same(words, v.tongue), value=key, selected=key == value)
            for key, words in (options or {}).items()
        ]
        field = tag("select", choices, **common)
    elif control == "textarea":
        field = tag("textarea", value, **common)
    else:
        field = tag("input", type=control, value=value, **common)
    return tag(
        "div",
        tag("label", v.say(label), required and tag("span", " ", v.say("(obligatoire)")), for_=id_),
        field,
        hint and tag("span", v.say(hint), id=f"{id_}-hint", class_="hint"),
        fault and tag("p", icon("alert"), tag("span", fault.tell(v.tongue)), id=f"{id_}-fault", class_="fault"),
        class_=classes("field", f"s{span}", fault and "faulty"),
    )
