"""NiceGUI's own files that portal.js loads, and where NiceGUI serves them: its version is in their address."""

from nicegui import __version__

from components.assets.serving import url

ADDRESS = f"/_nicegui/{__version__}/static"
LIBRARIES = ("socket.io.min.js", "nicegui.js", "vue.esm-browser.prod.js")


def screen_assets() -> list[str]:
    """What a screen will ask for, beside what a plain page has already."""
    return [*(f"{ADDRESS}/{name}" for name in LIBRARIES), url("portal.js"), url("idiomorph.js")]
