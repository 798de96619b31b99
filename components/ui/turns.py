"""An exchange with the office, turn by turn: who wrote it, when, what."""

from collections.abc import Sequence

from markupsafe import Markup

from components.ui import html
from components.ui.own_words import own
from data.core import formats
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.messages.models import InquiryTurn, Side

OFFICE = _("Le secrétariat")


def draw_turns(uow: UnitOfWork, turns: Sequence[InquiryTurn]) -> Markup:
    """Which colleague answered is told to colleagues alone."""
    return html.ol((_turn(uow, each) for each in turns), class_="notices inquiry")


def _turn(uow: UnitOfWork, turn: InquiryTurn) -> Markup:
    office = turn.side == Side.OFFICE
    who = uow.translate(OFFICE) if office else turn.written_by
    if office and uow.is_staff:
        who = f"{who} ({turn.written_by})"
    when = html.span(formats.moment(turn.at, uow.zone, uow.language), class_="small soft")
    said = own(uow, turn.text) if office and not uow.is_staff else turn.text
    return html.li(
        html.p(html.strong(who), " ", when), html.p(said, class_="pre-line"), class_="of-office" if office else None
    )
