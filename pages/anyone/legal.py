"""« Données personnelles », « Mentions légales »: public, never blank, the site's own facts in them."""

from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response

from components.layout.plain_layout import public_page
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.markup import Content, Markup, join
from components.ui.own_words import filled, own
from data.accounts.caller import Audience, Caller
from data.core import own_texts, sites
from data.core.i18n import _
from data.core.sites import Site
from data.privacy import retention

UNSET = _("à compléter par le conservatoire")
Write = Callable[[Caller, Site], Markup]


def _page(caller: Caller, title: str, path: str, write: Write) -> Response:
    """The signed-in person's site, or every site of the installation one after the other."""
    every = sites.every_site()
    mine = [site for site in every if caller.account and site.id == caller.account.site_id] or every
    parts = [join([html.h2(site.name) if len(mine) > 1 else None, write(caller, site)]) for site in mine]
    site = mine[0] if len(mine) == 1 else None
    return public_page(caller, caller.translate(title), html.div(parts, class_="prose"), path=path, site=site)


def _fact(caller: Caller, site: Site, name: str) -> Content:
    return own(caller, site.legal.get(name, "")) or caller.translate(UNSET)


def _more(caller: Caller, site: Site, name: str) -> list[Markup]:
    """What the site adds in its own words, a paragraph a line; in English where it gave them so."""
    text, twin = site.legal.get(name, ""), site.legal.get(own_texts.twin(name), "")
    if caller.language == "en" and twin:
        return [html.p(line) for line in twin.split("\n") if line]
    return [html.p(own(caller, line)) for line in text.split("\n") if line]


def _contact(caller: Caller, site: Site) -> Markup:
    lines = [line for line in (site.address, site.phone, site.email) if line]
    return html.p(join(lines, Markup("<br>")) if lines else caller.translate(UNSET))


@plain("/mentions-legales", Audience.ANYONE)
def notice(caller: Caller, request: Request) -> Response:
    def write(who: Caller, site: Site) -> Markup:
        translate = who.translate
        return join(
            [
                html.p(filled(translate("Éditeur : {name}"), name=_fact(who, site, "publisher"))),
                _contact(who, site),
                html.p(filled(translate("Directeur de la publication : {name}"), name=_fact(who, site, "director"))),
                html.p(filled(translate("Hébergement : {name}"), name=_fact(who, site, "host"))),
                *_more(who, site, "notice_more"),
                html.p(translate("Ce portail est fait avec Anacrouse, un logiciel libre sous licence MIT.")),
            ]
        )

    return _page(caller, _("Mentions légales"), "/mentions-legales", write)


@plain("/donnees-personnelles", Audience.ANYONE)
def privacy(caller: Caller, request: Request) -> Response:
    def write(who: Caller, site: Site) -> Markup:
        translate = who.translate
        under = (
            html.h2 if who.account or len(sites.every_site()) == 1 else html.h3
        )  # under the site's own, where there are several
        return join(
            [
                html.p(
                    translate(
                        "{site} traite les données de ses familles pour inscrire les élèves, suivre leurs études et facturer : "
                        "c’est sa mission d’intérêt public (article 6-1-e du RGPD). Le portail ne suit personne et n’utilise "
                        "que les cookies qui servent à rester connecté.",
                        site=site.name,
                    ),
                ),
                under(translate("Vos droits")),
                html.p(
                    translate(
                        "Vous pouvez voir vos données et demander leur correction ici même, en obtenir une copie, demander leur "
                        "effacement ou vous opposer à un usage. Le conservatoire répond en un mois au plus."
                    ),
                ),
                under(translate("À qui écrire")),
                html.p(translate("Délégué à la protection des données : {dpo}", dpo=_fact(who, site, "dpo"))),
                _contact(who, site),
                html.p(translate("Si la réponse ne vous convient pas, vous pouvez saisir la CNIL (www.cnil.fr).")),
                under(translate("Combien de temps")),
                html.p(
                    translate(
                        "Le texte des courriels est gardé {letters} jours, les connexions passées {sessions} jours, le journal des "
                        "actions {months} mois ; les fiches, les résultats et les diplômes selon les règles des archives "
                        "publiques.",
                        months=retention.journal_months(site),
                        letters=retention.days(site, "letters"),
                        sessions=retention.days(site, "sessions"),
                    ),
                ),
                *_more(who, site, "privacy_more"),
            ]
        )

    return _page(caller, _("Données personnelles"), "/donnees-personnelles", write)
