"""What is asked once before it is done: a dialog that says what it changes, a button that does it, and the way back."""

from markupsafe import Markup

from components.ui import html
from components.ui.markup import Content, button
from data.core.unit_of_work import UnitOfWork


def asking(uow: UnitOfWork, id_: str, text: Content, label: str, *, do: str, of: object, look: str = "") -> Markup:
    """Opened by a button with `data_opens=id_`; `label` presses the act `do`."""
    return html.dialog(
        html.div(text, id=f"{id_}-text") if isinstance(text, Markup) else html.p(text, id=f"{id_}-text"),
        html.div(
            html.button(uow.translate("Retour"), type="button", class_="btn quiet", data_closes=True, autofocus=True),
            button(label, do=do, of=of, class_=f"btn {look}".strip(), data_closes=True),
            class_="actions",
        ),
        id=id_,
        aria_labelledby=f"{id_}-text",
    )
