"""What the declaration of accessibility says beyond its state, and when an audit is needed."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from data.core.errors import UserError
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork

RATE = re.compile(r"\d{1,3}([.,]\d{1,2})?")
DECLARED = (  # the setting’s name, its label, whether it is of several lines
    ("auditor", _("Auteur de l’audit"), False),
    ("rate", _("Critères du RGAA respectés, en %"), False),
    ("address", _("Adresse du portail, si ce n’est celle-ci"), False),
    ("scheme", _("Schéma pluriannuel : adresse de la page"), False),
    ("plan", _("Plan d’action de l’année : adresse de la page"), False),
    ("faults", _("Non-conformités relevées par l’audit"), True),
    ("burden", _("Dérogations pour charge disproportionnée"), True),
    ("exempt", _("Contenus non soumis à l’obligation"), True),
    ("pages", _("Pages vérifiées par l’audit, une par ligne"), True),
)


def check_audit(uow: UnitOfWork, values: Mapping[str, Any]) -> dict[str, UserError]:
    """Without a dated audit the law knows one state only."""
    day = values.get("legal.accessibility_audit", "")
    if day and date.fromisoformat(day) > uow.today:
        return {"legal_accessibility_audit": UserError("Cette date est dans l’avenir.")}
    rate = values.get("legal.accessibility_rate", "")
    if rate and not (RATE.fullmatch(rate) and float(rate.replace(",", ".")) <= 100):
        return {"legal_accessibility_rate": UserError("Écrivez un nombre de {least} à {most}.", least=0, most=100)}
    if values.get("legal.accessibility") not in {"", "non conforme"} and not day:
        return {
            "legal_accessibility_audit": UserError(
                "Donnez la date de l’audit : sans audit, l’état est « non conforme »."
            )
        }
    return {}
