"""A site's letterhead, as its papers bear it."""

from base64 import b64encode

from data.core import appearance
from data.core.sites import Site
from data.families import stored_files
from data.pdf.page import Letterhead


def letterhead_of(site: Site) -> Letterhead:
    publisher = site.legal.get("publisher", "")
    legal = publisher if publisher != site.name else ""
    logo = b64encode(stored_files.read(site.id, site.logo) or b"").decode()
    accent = site.accent or appearance.ACCENT
    return Letterhead(site.name, site.address, site.phone, site.email, site.legal.get("siret", ""), legal, accent, logo)
