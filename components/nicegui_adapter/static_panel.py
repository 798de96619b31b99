"""A part of a screen: one NiceGUI element that holds escaped markup, sent once, in the first paint."""

from markupsafe import Markup
from nicegui.element import Element


class StaticPanel(Element):
    """Markup that is drawn once."""

    def __init__(self, markup: Markup, *, tag: str = "div", classes: str = "") -> None:
        super().__init__("portal-panel")
        self.props["as"] = tag
        if classes:
            self.classes(classes)
        self.first = markup
