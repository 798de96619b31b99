"""What a screen reader says of a page: Chromium's accessibility tree, walked in its order, a line for each thing said."""

import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

ROLES = {
    "link": "lien", "button": "bouton", "textbox": "édition", "searchbox": "édition de recherche", "combobox": "liste déroulante",
    "checkbox": "case à cocher", "radio": "bouton radio", "table": "tableau", "columnheader": "en-tête de colonne",
    "rowheader": "en-tête de ligne", "cell": "cellule", "image": "graphique", "navigation": "navigation", "main": "contenu principal",
    "region": "région", "dialog": "dialogue", "form": "formulaire", "list": "liste", "group": "groupe", "status": "état",
    "alert": "alerte", "banner": "bannière", "contentinfo": "pied de page", "figure": "figure", "DisclosureTriangle": "bouton à développer",
    "term": "terme", "time": "",
}  # fmt: skip
WHOLE = {"link", "button", "heading", "textbox", "searchbox", "combobox", "checkbox", "radio", "columnheader", "image",
         "DisclosureTriangle"}  # fmt: skip
STATES = {
    ("checked", "true"): "coché", ("checked", "false"): "non coché", ("expanded", "true"): "développé", ("expanded", "false"): "réduit",
    ("disabled", True): "indisponible", ("required", True): "obligatoire", ("readonly", True): "lecture seule",
    ("invalid", "true"): "saisie incorrecte", ("pressed", "true"): "enfoncé", ("pressed", "false"): "non enfoncé",
    ("checked", True): "coché", ("checked", False): "non coché", ("expanded", True): "développé", ("expanded", False): "réduit",
}  # fmt: skip
NEXT = "Les prochains cours, titre de niveau 2"
PASSING = re.compile(
    r"\b(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre"
    r"|novembre|décembre|aujourd’hui|demain|hier|à l’instant)\b|il y a [^,.·]+",
    re.IGNORECASE,
)


def spoken(page: Page, within: str = "main") -> list[str]:
    """The lines said from the first node of that role on. Numbers are « # » and days « … »: they change from day to day."""
    session = page.context.new_cdp_session(page)
    nodes = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
    session.detach()
    root = next(node for node in nodes.values() if node.get("role", {}).get("value") == within)
    lines = [" ".join(line.split()) for line in _announced(root, nodes)]
    for at, line in enumerate(lines):
        if line == NEXT:  # which ones they are depends on the hour
            lines[at + 1 : next(n for n in range(at + 1, len(lines)) if "titre de niveau" in lines[n])] = ["…"]
    return lines


def _lasting(text: object) -> str:
    return PASSING.sub("…", re.sub(r"\d+(er\b)?", "#", str(text)))


def _announced(node: dict[str, Any], nodes: dict[str, dict[str, Any]]) -> Iterator[str]:
    role, name = (node.get(part, {}).get("value", "") for part in ("role", "name"))
    hidden = node["ignored"]
    if not hidden and role == "StaticText":
        if name.strip():
            yield _lasting(name)
        return
    if not hidden and (said := _line(node, role, name)):
        yield said
    if hidden or role not in WHOLE:
        rows = 0
        for child in (nodes[each] for each in node.get("childIds", []) if each in nodes):
            rows += child.get("role", {}).get("value") == "row"
            if rows <= 2:  # the heads and one line: how many there are is the data's business
                yield from _announced(child, nodes)


def _line(node: dict[str, Any], role: str, name: str) -> str:
    has = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
    word = f"titre de niveau {has.get('level')}" if role == "heading" else ROLES.get(role, "")
    if not word or (role in {"group", "list", "figure", "form", "cell", "rowheader", "term"} and not name):
        return ""
    if role in {"cell", "rowheader", "list", "term"}:  # their content follows
        return ""
    states = [
        text for (key, value), text in STATES.items() if has.get(key) == value and type(has.get(key)) is type(value)
    ]
    value = node.get("value", {}).get("value", "") if role in {"textbox", "searchbox", "combobox"} else ""
    told = node.get("description", {}).get("value", "")
    return ", ".join(each for each in (_lasting(name), word, *states, _lasting(value), _lasting(told)) if each)
