"""Addresses that several tests walk through."""

OWN = ("/", "/famille", "/eleves", "/eleves/2042/identite", "/mot-de-passe")  # a family's first screens
BY_CHOICE = ("/absences", "/reinscription", "/hors-ligne", "/mot-de-passe/hors-ligne", "/mot-de-passe/notifications")
CAMPAIGN = (
    "/gestion/reinscriptions/1",
    "/gestion/reinscriptions/1?onglet=avancement",
    "/gestion/reinscriptions/1?onglet=relances",
    "/gestion/reinscriptions/1?onglet=pieces&piece=4",
    "/gestion/reinscriptions/1?onglet=reglages",
)
