"""The conservatoire's words: what they mean, said beside them. A word is a button: pointing at it, focusing it or pressing
it shows its meaning, which stays until one leaves or presses Escape (theme/terms.js; without script, pressing does it)."""

import re
from collections.abc import Iterable, Iterator

from markupsafe import Markup

from components.ui import html
from components.ui.markup import Content, join
from data.core.i18n import Language, _, translate

TERMS = {
    "cycle": (
        _("Cycle"),
        _("Une étape des études : éveil, puis 1er, 2e et 3e cycles. Chacun dure de trois à cinq ans et finit par un examen."),
    ),
    "cursus": (
        _("Cursus"),
        _("Des disciplines suivies ensemble, par exemple un instrument, la formation musicale et une pratique collective."),
    ),
    "discipline": (_("Discipline"), _("Ce qui s’apprend dans un cours : un instrument, le chant, la danse, le théâtre.")),
    "department": (_("Département"), _("Un groupe de disciplines proches : claviers, cordes, danse, théâtre.")),
    "slot": (_("Heure de passage"), _("L’heure à laquelle l’élève est attendu, quand chacun passe à son tour dans le cours.")),
    "ensemble": (_("Pratique collective"), _("Jouer ou chanter ensemble : chœur, orchestre, musique de chambre.")),
    "adapted": (
        _("Horaires aménagés"),
        _("L’école ou le collège libère des heures pour que l’élève étudie au conservatoire."),
    ),
    "activity": (_("Situation d’activité"), _("La situation de l’élève cette année-là, par exemple une classe à horaires aménagés.")),
    "scale": (_("Barème"), _("La note la plus haute que l’on peut avoir.")),
    "weight": (_("Coef."), _("Coefficient : combien de fois la note compte dans la moyenne.")),
    "repertoire": (_("Répertoire"), _("Les morceaux que l’élève a joués en public.")),
    "administrative": (
        _("Réinscription administrative"),
        _("La place de l’élève est gardée pour tous ses cours à la fois, sans les cocher un par un."),
    ),
    "income": (_("Quotient familial"), _("Un nombre calculé d’après les revenus et la taille du foyer : il fixe le tarif.")),
    "credit": (_("Avoir"), _("Une somme que le conservatoire vous doit, par exemple pour des cours qui n’ont pas eu lieu.")),
    "duplicate": (_("Duplicata"), _("Une copie de la facture ou du reçu, qui a la même valeur.")),
}  # fmt: skip
SHORT_TERMS = {
    "FM": _("Formation musicale : lire, chanter, écouter et écrire la musique (autrefois, le solfège)."),
    "UE": _("Unité d’enseignement : une partie d’un diplôme, que l’on valide à part."),
    "UV": _("Unité de valeur : une partie d’un diplôme, que l’on valide à part."),
    "BEM": _("Brevet d’études musicales : il conclut le 2e cycle."),
    "CEM": _("Certificat d’études musicales : il conclut le 3e cycle des amateurs."),
    "CEC": _("Certificat d’études chorégraphiques : il conclut le 3e cycle de danse."),
    "CET": _("Certificat d’études théâtrales : il conclut le 3e cycle de théâtre."),
    "DEM": _("Diplôme d’études musicales : il conclut le cursus spécialisé, avant les études supérieures."),
    "DEC": _("Diplôme d’études chorégraphiques : il conclut le cursus spécialisé de danse."),
    "DET": _("Diplôme d’études théâtrales : il conclut le cursus spécialisé de théâtre."),
    "CPES": _("Classe préparant à l’entrée dans l’enseignement supérieur de la création."),
    "CHAM": _("Classe à horaires aménagés musique : l’école ou le collège libère des heures pour le conservatoire."),
    "CHAD": _("Classe à horaires aménagés danse : l’école ou le collège libère des heures pour le conservatoire."),
    "CHAT": _("Classe à horaires aménagés théâtre : l’école ou le collège libère des heures pour le conservatoire."),
    "QF": _("Quotient familial : un nombre calculé d’après les revenus et la taille du foyer, qui fixe le tarif."),
}
BY_LABEL = {label: key for key, (label, _) in TERMS.items()}
_SHORT = re.compile(rf"\b({'|'.join(SHORT_TERMS)})\b")


def term(language: Language, key: str, at: str) -> Markup:
    """The word of that key, or a short word, that tells its meaning. `at` sets it apart from the same word elsewhere."""
    word, meaning = _both(language, key, at)
    return html.span(word, meaning, class_="term-of")


def _both(language: Language, key: str, at: str) -> tuple[Markup, Markup]:
    """The button and its meaning."""
    if key in SHORT_TERMS:
        shown, meaning = key, SHORT_TERMS[key]
    else:
        shown, meaning = translate(TERMS[key][0], language), TERMS[key][1]
    tip_id = f"tip-{key.lower()}-{at}"
    return (
        html.button(shown, type="button", class_="term", aria_describedby=tip_id, popovertarget=tip_id),
        html.span(translate(meaning, language), id=tip_id, role="tooltip", popover=True, class_="tip"),
    )


def explained(language: Language, pairs: Iterable[tuple[str, Content]], at: str) -> Iterator[tuple[Content, Content]]:
    """A record's labels, said in that language, and values, with the words in them that have a meaning to tell."""
    for number, (label, value) in enumerate(pairs):
        key = BY_LABEL.get(label)
        tip_id = term(language, key, f"{at}-{number}") if key else translate(label, language)
        yield tip_id, explain_terms(language, value, f"{at}-{number}") if type(value) is str else value


def explain_terms(language: Language, text: str, at: str) -> Content:
    """The text with its short words made buttons, each once: « FM 206 ». Their meanings stand after it."""
    parts = _SHORT.split(text)
    if len(parts) == 1:
        return text
    tip_id, meanings = list[Content](), list[Markup]()
    for number, part in enumerate(parts):
        if number % 2 and part not in parts[: number - 1]:
            word, meaning = _both(language, part, at)
            tip_id.append(word)
            meanings.append(meaning)
        else:
            tip_id.append(part)
    return html.span(tip_id, meanings)


def line(language: Language, texts: Iterable[str], at: str, *keys: str) -> Markup | None:
    """« Les mots : FM, Cycle » under a list whose links and heads have no room for a meaning."""
    found = [*dict.fromkeys(word for text in texts for word in _SHORT.findall(text)), *keys]
    if not found:
        return None
    terms = join((term(language, each, at) for each in found), Markup(" "))
    return html.p(translate("Que veut dire :", language), " ", terms, class_="terms small soft")
