"""A site's letterhead, as its papers bear it."""

from base64 import b64encode

from data.core import appearance
from data.core.sites import Site
from data.families import stored_files
from data.pdf.page import Letterhead


def letterhead_of(site: Site) -> Letterhead:
    publisher = site.legal.get("publisher", "")
    legal = publisher if publisher != site.name else ""
    path = stored_files.path_of(site.id, site.logo)
    logo = b64encode(path.read_bytes()).decode() if site.logo and path.is_file() else ""
    accent = site.accent or appearance.ACCENT
    return Letterhead(site.name, site.address, site.phone, site.email, site.legal.get("siret", ""), legal, accent, logo)
