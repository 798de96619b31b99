"""Before a letter to a group leaves: how many families, who is to be told otherwise, what three of them would read, and the button."""

from markupsafe import Markup

from components.ui import html, letter_view
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.status_chip import status_chip
from components.ui.tables import table
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.group_letters import composing
from data.group_letters.composing import VARIABLES, Preview
from data.group_letters.models import BY_HAND, GroupLetter
from pages.staff.letters.group_form import FORM

SHOWN = 50
ASK = "group-send-ask"


def draw(uow: UnitOfWork, letter: GroupLetter, *, dirty: bool) -> Markup:
    """`dirty`: what is typed is wrong, and so nothing can be sent."""
    seen = composing.preview(uow, letter)
    count = uow.ngettext("{count} famille", "{count} familles", count=len(seen.households))
    reached = len([each for each in seen.households if each.accounts])
    return html.section(
        html.h2(uow.translate("Aperçu : {families}", families=count), id="preview-title", tabindex="-1"),
        _empty(uow, seen),
        html.p(_under(uow, seen), class_="soft"),
        _left(uow, seen),
        _send(uow, letter, reached) if reached and not dirty else None,
        [_one(uow, each, at) for at, each in enumerate(seen.letters)],
        _otherwise(uow, seen),
        class_="card stack-form",
        aria_labelledby="preview-title",
    )


def _under(uow: UnitOfWork, seen: Preview) -> str:
    if not seen.households:
        return uow.translate("Ce choix ne trouve personne : changez-le.")
    return uow.ngettext(
        "{count} courriel, un à chaque adulte qui a un compte.",
        "{count} courriels, un à chaque adulte qui a un compte.",
        count=seen.mailed,
    )


def _left(uow: UnitOfWork, seen: Preview) -> Markup | None:
    """How many no mail reaches; they are named below."""
    left = len([each for each in seen.households if each.reach in BY_HAND])
    if not left:
        return None
    text = uow.ngettext(
        "{count} famille est à prévenir autrement : elle est nommée plus bas.",
        "{count} familles sont à prévenir autrement : elles sont nommées plus bas.",
        count=left,
    )
    return html.p(text, class_="soft")


def _empty(uow: UnitOfWork, seen: Preview) -> Markup | None:
    if not seen.empty:
        return None
    names = ", ".join(f"« {uow.translate(VARIABLES[name])} »" for name in seen.empty)
    text = uow.translate("Pour certaines familles il n’y a rien à écrire à la place de : {names}.", names=names)
    return html.div(icon("alert"), html.p(text), class_="notice pending")


def _send(uow: UnitOfWork, letter: GroupLetter, count: int) -> Markup:
    label = uow.ngettext("Envoyer à {count} famille…", "Envoyer à {count} familles…", count=count)
    title = uow.ngettext("Écrire à {count} famille ?", "Écrire à {count} familles ?", count=count)
    cancel = html.button(uow.translate("Annuler"), type="button", class_="btn quiet", data_closes=True)
    go = button(
        uow.translate("Envoyer"),
        do="send",
        of=letter.id,
        class_="btn",
        data_closes=True,
        data_with=FORM,
        autofocus=True,
    )
    text = uow.translate(
        "Les courriels partent peu à peu, au rythme réglé pour le site. Un courrier parti ne se modifie plus."
    )
    dialog = html.dialog(
        html.h2(title, id=f"{ASK}-title"),
        html.p(text),
        html.div(cancel, go, class_="actions"),
        id=ASK,
        aria_labelledby=f"{ASK}-title",
    )
    opens = html.button(icon("mail"), label, type="button", class_="btn", data_opens=ASK)
    return html.div(opens, class_="actions") + dialog


def _one(uow: UnitOfWork, each: tuple[composing.Household, composing.Letter], at: int) -> Markup:
    household, letter = each
    title = uow.translate("Ce que lira la famille n° {number}", number=household.number)
    subject = letter.subject.rpartition(" – ")[0] or letter.subject
    return html.details(
        html.summary(title, f" · {letter.name}"),
        html.p(uow.translate("Objet : {subject}", subject=subject), class_="soft"),
        letter_view.draw(uow, letter),
        open=at == 0,
        class_="folded",
    )


def _otherwise(uow: UnitOfWork, seen: Preview) -> Markup | None:
    """Named, and never by an address."""
    left = [each for each in seen.households if each.reach in BY_HAND]
    if not left:
        return None
    title = uow.ngettext(
        "{count} famille à qui le remettre autrement", "{count} familles à qui le remettre autrement", count=len(left)
    )
    heads = [uow.translate(each) for each in (_("Famille"), _("Responsable"), _("Pourquoi"))]
    rows = [
        (
            html.a(uow.translate("n° {number}", number=each.number), href=f"/gestion/familles/{each.number}"),
            each.name,
            status_chip(uow, each.reach),
        )
        for each in left[:SHOWN]
    ]
    more = len(left) - SHOWN
    rest = more > 0 and html.p(
        uow.ngettext("et {count} autre famille", "et {count} autres familles", count=more), class_="soft"
    )
    return html.div(table(title, heads, rows), rest)
