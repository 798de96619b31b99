"""A site's letterhead, as its papers bear it."""

from base64 import b64encode

from data.core import appearance
from data.core.sites import Site
from data.families import stored_files
from data.pdf.page import House


def house_of(site: Site) -> House:
    publisher = site.legal.get("publisher", "")
    legal = publisher if publisher != site.name else ""
    path = stored_files.path_of(site.id, site.logo)
    logo = b64encode(path.read_bytes()).decode() if site.logo and path.is_file() else ""
    accent = site.accent or appearance.ACCENT
    return House(site.name, site.address, site.phone, site.email, site.legal.get("siret", ""), legal, accent, logo)
