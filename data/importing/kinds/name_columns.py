"""Columns that say by names, not by a number, whose family or which pupil a line is about. They recognise somebody, and are written nowhere."""

from data.core.fields import DATE, TEXT
from data.importing.columns import column

NAMES = ("Nom et prénom", "Nom prénom", "Nom complet", "Prénom et nom")
PAYERS = (
    column(
        "payer_last_name", "Nom du payeur", TEXT, "Nom payeur", *NAMES, "Nom de famille", "Nom famille", "Nom", "Émetteur", "Titulaire",
        "Titulaire du compte", "Nom responsable", "Nom adulte", "Nom débiteur", "Nom client", "Client", "Famille", "Tiers", "Donneur d'ordre",
        length=170, only_read=True,
    ),
    column("payer_first_name", "Prénom du payeur", TEXT, "Prénom payeur", "Prénom responsable", "Prénom", length=80, only_read=True),
    column("payer_email", "E-mail du payeur", TEXT, "Email payeur", "E-mail", "Courriel", "Mail", length=254, only_read=True),
    column("payer_postcode", "Code postal du payeur", TEXT, "Code postal payeur", "Code postal", "CP", length=10, only_read=True),
)  # fmt: skip
OF_PUPIL = (
    column("pupil_last_name", "Nom de l’élève", TEXT, "Nom élève", "Élève", "Nom adhérent", "Adhérent", "Bénéficiaire", "Nom bénéficiaire",
           "Nom participant", length=170, only_read=True),
    column("pupil_first_name", "Prénom de l’élève", TEXT, "Prénom élève", "Prénom adhérent", "Prénom bénéficiaire", "Prénom participant",
           length=80, only_read=True),
    column("pupil_birth_date", "Date de naissance de l’élève", DATE, "Date de naissance", "Né le", "Né(e) le", "DDN", only_read=True),
)  # fmt: skip
MARKED = (
    column("pupil_last_name", "Nom de l’élève", TEXT, "Nom élève", *NAMES, "Nom de famille", "Nom", "Élève", length=170, only_read=True),
    column("pupil_first_name", "Prénom de l’élève", TEXT, "Prénom élève", "Prénom", length=80, only_read=True),
    OF_PUPIL[-1],
)  # fmt: skip
OF_FAMILY = (*PAYERS, *OF_PUPIL)
IN_PLACE_OF_FAMILY = ("payer", "payer_last_name", "pupil_last_name", "payer_email")
