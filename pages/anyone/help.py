"""« Aide »: what the manual explains, in plain words, and whom to call."""

from fastapi import Request
from starlette.responses import Response

from components.cover import leaf
from components.entrance import Audience, Caller
from components.markup import Markup, join, tag
from components.screen import plain
from data import sites

CHAPTERS = (
    (
        "Mon identifiant",
        (
            "Le conservatoire vous l’envoie par e-mail ou par courrier, avec l’adresse de ce portail. Vous l’avez perdu ? Appelez-nous.",
        ),
    ),
    (
        "Première connexion, ou mot de passe perdu",
        (
            "Sur la page Connexion, choisissez « Mot de passe perdu ».",
            "Saisissez votre identifiant et l’adresse e-mail de votre fiche, puis « Valider ».",
            "Ouvrez le message reçu et copiez le mot de passe : il est valable 24 heures, et l’ancien ne fonctionne plus.",
            "Connectez-vous avec lui, puis choisissez le vôtre.",
        ),
    ),
    (
        "Se connecter",
        (
            "Choisissez votre site s’il y en a plusieurs, saisissez votre identifiant et votre mot de passe, puis « Se connecter ».",
        ),
    ),
    (
        "Corriger une donnée",
        (
            "Ouvrez « Famille » pour votre fiche, ou « Élèves » puis « Identité » pour celle d’un élève.",
            "Changez le champ, puis choisissez « Modifier ». Un accusé de réception part par e-mail.",
            "Le champ est marqué « En attente », avec l’ancienne valeur, jusqu’à la réponse du conservatoire.",
            "Vous avez changé d’avis ? Choisissez « Annuler mes modifications en attente ».",
        ),
    ),
    (
        "Changer de mot de passe",
        ("Ouvrez « Mot de passe », saisissez l’actuel puis le nouveau deux fois. Vos autres connexions se ferment.",),
    ),
)


@plain("/aide", Audience.ANYONE)
def guide(caller: Caller, request: Request) -> Response:
    chapters = [join([tag("h2", caller.say(title)), _steps(caller, steps)]) for title, steps in CHAPTERS]
    every = sites.every_site()
    mine = [site for site in every if caller.account and site.id == caller.account.site_id] or every
    contacts = [
        tag(
            "p",
            join(
                filter(
                    None,
                    (
                        tag("strong", site.name),
                        site.help.get("phone") or site.phone,
                        site.help.get("email") or site.email,
                        site.help.get("hours") or site.opening_hours,
                    ),
                ),
                Markup("<br>"),
            ),
        )
        for site in mine
    ]
    return leaf(
        caller,
        caller.say("Aide"),
        tag("div", chapters, tag("h2", caller.say("Nous joindre")), contacts, class_="prose"),
        path="/aide",
        site=mine[0] if len(mine) == 1 else None,
    )


def _steps(caller: Caller, steps: tuple[str, ...]) -> Markup:
    if len(steps) == 1:
        return tag("p", caller.say(steps[0]))
    return tag("ol", (tag("li", caller.say(step)) for step in steps))
