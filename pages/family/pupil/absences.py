"""What the family says about a pupil's absences: announce days to come, follow what was sent, add a document."""

from markupsafe import Markup

from components.layout.file_notices import script_texts, sending_place, sends_at_once
from components.layout.layout import way_back
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import screen
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.own_words import filled, own
from components.ui.panel import Act, Answer
from components.ui.question_link import question_link
from components.ui.status_chip import status_chip
from data.accounts.caller import Audience
from data.core.i18n import _, translate_or_same
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import Rights
from data.messages.models import About
from data.schooling import absences
from data.schooling.absences import AbsenceNotice, NoticeState
from pages.family.pupil import absence_form
from pages.family.pupil.absence_form import Typed
from pages.family.pupil.dossier import dossier_head


@screen("/eleves/{n}/absences", Audience.FAMILY, title=_("Absences"))
def page(uow: UnitOfWork, n: int, absence: int = 0, cours: int = 0) -> str:
    pupil, _rest = families.pupil_by_number(uow, n)
    typed = Typed(absence, cours)
    Panel(
        uow,
        lambda w: _draw(w, n, typed),
        follows=[("pupil", pupil.id), ("family", uow.family_id or 0)],
        classes="flow",
        on={"announce": lambda w, act: absence_form.announce(w, act, n, typed), "withdraw": _withdraw},
    )
    return pupil.full_name


def _draw(uow: UnitOfWork, n: int, typed: Typed) -> Markup:
    pupil, link = families.pupil_by_number(uow, n)
    may, notices = link.rights == Rights.ALL, absences.notices(uow, pupil.id)
    back = way_back(uow.translate("Retour aux cours"), f"/eleves/{n}/cours")
    reading = uow.translate(
        "Vous pouvez consulter ce dossier. Pour annoncer une absence, adressez-vous au conservatoire."
    )
    return Markup("").join(
        part
        for part in (
            dossier_head(uow, pupil, "cours"),
            html.p(back),
            absence_form.draw(uow, pupil, typed, notices)
            if may
            else html.div(icon("info"), html.p(reading), class_="notice"),
            _sent(uow, n, notices, may=may),
        )
        if part
    )


def _withdraw(uow: UnitOfWork, act: Act) -> Answer:
    justifies = uow.get(AbsenceNotice, act.number()).absence_id is not None
    absences.withdraw(uow, act.number())
    text = _("La justification est retirée.") if justifies else _("L’annonce est retirée.")
    return Answer(toast=uow.translate(text), focus="sent-title")


def _sent(uow: UnitOfWork, n: int, notices: list[AbsenceNotice], *, may: bool) -> Markup:
    title = html.h2(uow.translate("Ce que vous avez envoyé"), id="sent-title", tabindex="-1")
    if not notices:
        return html.section(
            title, html.p(uow.translate("Vous n’avez annoncé aucune absence.")), class_="card stack-form"
        )
    return html.section(
        title,
        html.ul((_notice(uow, n, each, may=may) for each in notices), class_="notices"),
        class_="card stack-form",
        data_texts=script_texts(uow),
    )


def _notice(uow: UnitOfWork, n: int, notice: AbsenceNotice, *, may: bool) -> Markup:
    kind = _("Justification {days}") if notice.absence_id else _("Absence {days}")
    days = absences.days_of(notice, uow.language, noun=True)
    title = f"{uow.translate(kind, days=days)} · {translate_or_same(notice.reason, uow.language)}"
    shown = (
        html.a(icon("paper"), uow.translate("Voir le document"), href=f"/documents/{notice.document}")
        if notice.document
        else None
    )
    return html.li(
        html.div(
            html.strong(title),
            status_chip(uow, NoticeState(notice.state)),
            class_="card-head",
        ),
        notice.comment and html.p(notice.comment),
        notice.answer
        and html.p(filled(uow.translate("Réponse du conservatoire : {answer}"), answer=own(uow, notice.answer))),
        html.p(shown, question_link(uow, About.ABSENCE, notice.id, named=title), class_="links-row"),
        _while_pending(uow, n, notice) if may and notice.state == NoticeState.PENDING else None,
    )


def _while_pending(uow: UnitOfWork, n: int, notice: AbsenceNotice) -> Markup:
    """A document may be joined; what was sent may be taken back."""
    days = absences.days_of(notice, uow.language, noun=True)
    chooser = sends_at_once(
        uow,
        f"notice-{notice.id}",
        f"/eleves/{n}/absences/{notice.id}/document",
        uow.translate("document de l’absence {days}", days=days),
        replaces=bool(notice.document),
    )
    return html.div(
        chooser,
        button(
            uow.translate(_("Retirer cette justification") if notice.absence_id else _("Retirer cette annonce")),
            do="withdraw",
            of=notice.id,
            class_="link",
        ),
        class_="links-row",
    ) + sending_place(f"notice-{notice.id}")
