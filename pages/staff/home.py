"""« Gestion »: what is still missing before families come in, then the figures of the day, each a way to it."""

from datetime import timedelta

from markupsafe import Markup

from components import shell
from components.icons import icon
from components.markup import tag
from components.panel import Panel
from components.screen import Audience, screen
from components.shell import head
from data import absence_queue, decisions, families, formats, letters, payments, signins, site_settings, sites
from data.visits import Visit
from pages.staff import tabs
from pages.staff.settings import frame

DAYS = 7


@screen("/gestion", Audience.STAFF, title="Gestion")
def home(v: Visit) -> None:
    site = v.site_id or 0
    Panel(v, _draw, follows=[("queue", site), ("letters", site), ("site", site)], classes="flow")


def _draw(v: Visit) -> Markup:
    when = formats.long_day(v.today, v.tongue)
    return (
        head(v.say("Bonjour {name}", name=v.name.split(" ")[0]), when[:1].upper() + when[1:])
        + _missing(v)
        + _figures(v)
    )


def _missing(v: Visit) -> Markup:
    """Only a « responsable » can do these."""
    if v.role != "responsable":
        return Markup("")
    found = [(frame.path_of(part), v.say(words)) for part, words in site_settings.missing(v)]
    if not families.are_there(v):
        found.append(("/gestion/imports", v.say("Importer les familles")))
    if not found:
        return Markup("")
    lines = [tag("li", tag("a", icon("arrow"), words, href=path)) for path, words in found]
    words = v.say(
        "{count} chose reste à faire avant d’ouvrir le portail aux familles.#{count} choses restent à faire avant d’ouvrir le portail aux familles.",
        count=len(found),
    )
    return tag(
        "section",
        tag("h2", v.say("Mise en route")),
        tag("p", words, class_="soft"),
        tag("ul", lines, class_="todo"),
        class_="card",
        aria_label=v.say("Mise en route"),
    )


def _figures(v: Visit) -> Markup:
    waiting, oldest = decisions.count(v), decisions.queue(v, most=1)
    age = formats.ago(oldest[0].request.submitted_at, v.now, sites.here(v).zone, v.tongue) if oldest else ""
    trouble, restored = letters.in_trouble(v, v.now - timedelta(days=DAYS)), letters.to_confirm(v)
    seen = signins.families_seen(v, v.now - timedelta(days=DAYS))
    extra = len(payments.troubles(v))
    figures = [
        (
            waiting,
            v.say("fiche à valider#fiches à valider", count=waiting),
            age and v.say("la plus ancienne : {age}", age=age),
            tabs.PATH,
        ),
        (
            absences := absence_queue.count(v),
            v.say("absence à traiter#absences à traiter", count=absences),
            "",
            tabs.path_of("absences"),
        ),
        (
            trouble,
            v.say("courriel en échec#courriels en échec", count=trouble),
            v.say("depuis {count} jours", count=DAYS),
            "/gestion/courriels",
        ),
        (
            seen,
            v.say("famille connectée#familles connectées", count=seen),
            v.say("depuis {count} jours", count=DAYS),
            "/gestion/familles",
        ),
    ]
    if extra:
        figures.append((extra, v.say("trop-perçu#trop-perçus", count=extra), "", tabs.path_of("paiements")))
    if restored and v.role == "responsable":
        figures.append(
            (
                restored,
                v.say("courriel à confirmer#courriels à confirmer", count=restored),
                v.say("d’une sauvegarde restaurée"),
                f"{frame.PATH}/courriel",
            )
        )
    lines = [
        tag("li", tag("a", tag("strong", count), tag("span", words), more and tag("small", more), href=path))
        for count, words, more, path in figures
        if path.partition("?")[0] in shell.ADDRESSES
    ]
    return tag("h2", v.say("Aujourd’hui"), class_="unseen") + tag("ul", lines, class_="figures")
