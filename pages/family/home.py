"""« Accueil »: what needs doing, the pupils, what was asked."""

from markupsafe import Markup

from components.icons import icon
from components.markup import tag
from components.panel import Panel
from components.screen import Audience, screen
from components.shell import head
from data import families, formats, moderation
from data.accounts import Account
from data.visits import Visit

STATES = {
    "pending": ("pending", "clock", "En attente"),
    "accepted": ("good", "check", "Acceptée"),
    "declined": ("bad", "cross", "Refusée"),
}


@screen("/", Audience.FAMILY, title="Accueil")
def home(v: Visit) -> None:
    Panel(v, _draw, follows=[("family", v.family_id or 0)], classes="flow")


def _draw(v: Visit) -> Markup:
    account, adults, mine = v.get(Account, v.account_id), families.guardians(v), moderation.of_the_family(v)
    first = next((adult.first_name for adult in adults if adult.id == account.guardian_id), account.name)
    when = formats.long_day(v.today, v.tongue)
    under = v.say("{day} · année scolaire {year}", day=when[:1].upper() + when[1:], year=formats.school_year(v.today))
    return (
        head(v.say("Bonjour {name}", name=first), under)
        + _to_do(v, adults, mine)
        + tag("div", [_pupil(v, pupil) for pupil, _ in families.pupils(v)], _requests(v, mine), class_="cards")
    )


def _to_do(v: Visit, adults: list[families.Guardian], mine: list[moderation.Asked]) -> Markup:
    notices = []
    if any(change.state == "pending" and change.confirm_hash and not change.confirmed_at for _, change, _ in mine):
        notices.append(v.say("Confirmez votre nouvelle adresse e-mail par le lien que vous y avez reçu."))
    if not any(adult.email for adult in adults):
        notices.append(
            v.say("Aucune adresse e-mail n’est enregistrée : ajoutez-la dans votre fiche pour recevoir nos réponses.")
        )
    return Markup("").join(
        tag(
            "div",
            icon("info"),
            tag("p", words, " ", tag("a", v.say("Ouvrir la fiche"), href="/famille")),
            class_="notice pending",
        )
        for words in notices
    )


def _pupil(v: Visit, pupil: families.Pupil) -> Markup:
    about = " · ".join(filter(None, (pupil.discipline, pupil.cycle)))
    return tag(
        "section",
        tag("h2", pupil.full_name),
        tag("p", about, class_="soft") if about else "",
        tag(
            "p",
            tag(
                "a",
                v.say("Ouvrir le dossier"),
                tag("span", f" : {pupil.full_name}", class_="unseen"),
                href=f"/eleves/{pupil.number}/identite",
            ),
        ),
        class_="card",
    )


def _requests(v: Visit, mine: list[moderation.Asked]) -> Markup:
    lines = []
    for request, change, one in mine:
        look, drawing, words = STATES[change.state]
        day = formats.short_day((change.decided_at or request.submitted_at).astimezone(v.zone).date(), v.tongue)
        told = v.say("{field} ({whose}), le {day}", field=v.say(one.mark.label), whose=request.title, day=day)
        lines.append(
            tag(
                "li",
                tag("span", icon(drawing), v.say(words), class_=f"chip {look}"),
                tag("span", told),
                change.reason and tag("span", change.reason, class_="small soft"),
            )
        )
    empty = tag(
        "p",
        v.say("Aucune demande en cours. Pour corriger une adresse ou un téléphone, "),
        tag("a", v.say("ouvrez votre fiche"), href="/famille"),
        ".",
    )
    return tag(
        "section", tag("h2", v.say("Vos demandes")), tag("ul", lines, class_="list") if lines else empty, class_="card"
    )
