"""What a socket brings to a panel (components/ui/panel.py)."""

from components.ui.panel import Act


def test_halves_of_letters_are_replaced_for_nothing_can_write_them() -> None:
    act = Act.read({"do": "save\ud800", "of": "\udfff", "values": {"town": "Metz \ud83d", "\ud800": "🎹"}})
    assert act == Act("save?", "?", {"town": "Metz ?", "?": "🎹"})
