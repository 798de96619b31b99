"""E-mail addresses: what is kept can be written to; what is wrong with another is told precisely."""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from data.core.errors import UserError
from data.core.i18n import _

# What fingers make of the ends of addresses: no such end exists.
MISSPELT_ENDS = {
    "con": "com", "cmo": "com", "ocm": "com", "vom": "com", "xom": "com", "comm": "com", "coml": "com", "cim": "com", "clm": "com",
    "fe": "fr", "ft": "fr", "frr": "fr", "ffr": "fr", "rf": "fr", "nte": "net", "ner": "net", "ogr": "org", "orgg": "org",
}  # fmt: skip
INCOMPLETE = _("Cette adresse e-mail n’est pas complète. Exemple : prenom.nom@example.org.")


def read_address(text: str) -> str:
    """A deliverable form of the address, its domain in lower case and punycode, "" for nothing; UserError otherwise."""
    text = re.sub(r"^mailto:|[.,;:\s]+$", "", _bare(text), flags=re.IGNORECASE)
    if not text:
        return ""
    if text.count("@") > 1 and len(re.findall(r"[^\s@,;/]+@[^\s@,;/]+\.[^\s@,;/]+", text)) > 1:
        raise UserError("Il y a deux adresses ici. Gardez-en une ; l’autre peut aller sur la fiche d’un autre adulte.")
    local, _, domain = text.rpartition("@")
    if accented := [each for each in unicodedata.normalize("NFC", local) if not each.isascii()]:
        raise UserError(
            "Une adresse e-mail n’a ni accent ni lettre spéciale avant « @ » : « {character} ». Vérifiez-la.",
            character=accented[0],
        )
    _check_misspelt(local, domain.casefold())
    try:
        checked = validate_email(text, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        within = re.findall(r"[^\s<>()@,;:]+@[^\s<>()@,;:]+\.[a-z]{2,}", text, re.IGNORECASE)
        if len(within) == 1 and re.search(r"[\s<>()]", text):
            raise UserError("Écrivez l’adresse seule : {email}.", email=within[0]) from None
        raise UserError(INCOMPLETE) from None
    if not checked.ascii_email or len(checked.domain.rpartition(".")[2]) < 2 or "." not in checked.domain:
        raise UserError(INCOMPLETE)
    return checked.ascii_email


def _bare(text: str) -> str:
    """Without the spaces that telephones put beside « @ » and the points after it."""
    local, at, domain = text.partition("@")
    return f"{local.rstrip()}@{re.sub(r' *[.] *', '.', domain).strip()}" if at and "@" not in domain else text


def _check_misspelt(local: str, domain: str) -> None:
    if re.fullmatch(r"[a-z\d-]+,[a-z]{2,}", domain):
        meant = f"{local}@{domain.replace(',', '.')}"
        raise UserError("Une adresse n’a pas de virgule. Vouliez-vous écrire « {meant} » ?", meant=meant[:254])
    name, _, end = domain.rpartition(".")
    if name and end in MISSPELT_ENDS:
        meant = f"{local}@{name}.{MISSPELT_ENDS[end]}"
        raise UserError("« .{end} » n’existe pas. Vouliez-vous écrire « {meant} » ?", end=end, meant=meant[:254])
