"""How somebody is reached: a telephone number that a press calls, an address that a press writes to."""

import re

from markupsafe import Markup

from components.ui import html
from data.core.phones import format_phone
from data.core.unit_of_work import UnitOfWork


def phone_link(uow: UnitOfWork, number: str) -> Markup:
    return html.a(format_phone(number, uow.language), href=f"tel:{re.sub(r'[^0-9+]', '', number)}", class_="tight")


def mail_link(address: str) -> Markup:
    return html.a(address, href=f"mailto:{address}")
