"""What a setting may hold: how it is read, shown, and by which control it is typed."""

from data.billing.gateways import registry as gateways
from data.core import appearance
from data.core.errors import UserError
from data.core.fields import DATE, PHONE, Kind, choice, tidy
from data.core.i18n import _
from data.core.plain_text import tidy_lines
from data.core.transfers import read_bic, read_iban, spaced
from data.schooling import school_days


def lines(most: int) -> Kind:
    """One sentence a line, kept as a list."""

    def read(typed: str) -> list[str]:
        found = [line for line in tidy_lines(typed).split("\n") if line]
        if len(found) > most:
            raise UserError("{count} phrases, c’est trop : {most} au plus.", count=len(found), most=most)
        return found

    return Kind("textarea", read=read, show=lambda value: "\n".join(value or ()))


def number(least: int, most: int) -> Kind:
    def read(typed: str) -> str:
        text = tidy(typed)
        if not (text.isascii() and text.isdecimal()) or len(text) > 6 or not least <= int(text) <= most:
            raise UserError("Écrivez un nombre de {least} à {most}.", least=least, most=most)
        return str(int(text))

    return Kind("number", read=read)


def _format_phone(typed: str) -> str:
    return PHONE.format_value(PHONE.read(typed), "fr")


LONG = Kind("textarea", read=tidy_lines)
CHECK = Kind("check", read=lambda typed: typed == "true", show=lambda value: "true" if value else "")
TELEPHONE = Kind("tel", read=_format_phone)
ISO_DAY = Kind("date", read=lambda typed: DATE.show(DATE.read(typed)), format_value=DATE.format_value, hint=DATE.hint)
COLOUR = Kind("color", read=appearance.read_accent)
ZONES = choice(
    {
        "Europe/Paris": _("Paris"),
        "America/Guadeloupe": _("Guadeloupe"),
        "America/Martinique": _("Martinique"),
        "America/Cayenne": _("Guyane"),
        "Indian/Reunion": _("La Réunion"),
        "Indian/Mayotte": _("Mayotte"),
        "America/Miquelon": _("Saint-Pierre-et-Miquelon"),
        "Pacific/Noumea": _("Nouvelle-Calédonie"),
        "Pacific/Tahiti": _("Polynésie française"),
    }
)
CONFORMITY = choice(
    {
        "non conforme": _("Non conforme"),
        "partiellement conforme": _("Partiellement conforme"),
        "totalement conforme": _("Totalement conforme"),
    }
)


def _read_gateway(typed: str) -> str:
    if typed and gateways.by_name(typed) is None:
        raise UserError("Choisissez une réponse de la liste.")
    return typed


IBAN = Kind("text", read=read_iban, show=lambda value: spaced(value or ""))
BIC = Kind("text", read=read_bic)
GATEWAY = Kind("gateway", read=_read_gateway)
SCHOOL_ZONES = {"": _("Sans zone : Corse, outre-mer, autre pays"), "A": _("Zone A"), "B": _("Zone B"), "C": _("Zone C")}
CLOSURES = Kind("textarea", read=school_days.tidy_closures)
