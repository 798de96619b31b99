"""How a person's devices are called."""

from data.core.i18n import Language, _, as_language, translate

UNKNOWN_BROWSER = _("Navigateur")


def called(label: str, language: str) -> str:
    """« Firefox · Android »; of an unknown browser « Navigateur · Linux »."""
    read: Language = as_language(language)
    return label.replace(UNKNOWN_BROWSER, translate(UNKNOWN_BROWSER, read)) or "–"
