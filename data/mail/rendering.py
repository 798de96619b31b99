"""A letter's text, its HTML (one column, 600 px, safe in dark mode) and its MIME message. Pure: no database."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.utils import formataddr
from zoneinfo import ZoneInfo

import emails
from markupsafe import Markup, escape

from data.core import appearance, formats
from data.core.i18n import Language, _, as_language, pair, tight, translate
from data.mail.blocks import runs
from data.mail.outbox import Letter
from data.pdf.attachment import joined
from data.pdf.page import Letterhead

ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[a-z0-9.-]+\.[a-z0-9-]{2,}")
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}")  # of a link: who has it, may
HIDDEN = "••••••••"
LOGO = "logo.png"  # the name by which _LOGO calls it
PASSWORD_LINE = _("Mot de passe : {secret}")
OFFICE_MESSAGE = _("Message du secrétariat : {message}")
ANSWER = _("Vous pouvez répondre à ce message : votre réponse arrive à {address}.")
NO_ANSWER = _("Message automatique du portail : merci de ne pas y répondre.")
UNSUBSCRIBE = _("Ne plus recevoir ce type d’e-mail")
INK, SOFT, ACCENT, LINE, PAPER = "#1a2236", "#4b5469", "#17495a", "#e0dacd", "#faf8f3"
DARK = Markup(  # what reads dark schemes: Apple Mail, Outlook on the web, Thunderbird; elsewhere the inline colours stand
    "@media (prefers-color-scheme:dark){{"
    ".ground{{background:#14181f!important}}"
    ".sheet{{background:#1d232d!important;border-color:{name} #39414f #39414f!important}}"
    ".ink{{color:#eef0f4!important}}.soft{{color:#b6bdca!important}}.line{{border-color:#39414f!important}}"
    ".name{{color:{name}!important}}.edge{{border-left-color:{name}!important}}.btn{{background:{name}!important;color:{on}!important}}"
    ".word{{background:#2b3340!important;color:#eef0f4!important}}}}"
    "@media (max-width:480px){{.in{{padding:20px 16px!important}}.out{{padding:12px 8px!important}}}}"
)


class Unsafe(ValueError):
    """An address or a header that may hide another."""


def deliverable(address: str) -> bool:
    """One plain address, no header smuggled in: checked at entry and again before sending."""
    return len(address) <= 254 and ADDRESS.fullmatch(address) is not None


@dataclass(frozen=True)
class Style:
    """What blocks are drawn with."""

    language: Language
    secret: str
    accent: str = ""

    def translate(self, sentence: str, **words: object) -> str:
        return translate(sentence, self.language, **words)


def text_of(letter: Letter, secret: str = HIDDEN) -> str:
    """The text part; `secret` stands where the password goes, hidden unless given."""
    style = Style(as_language(letter.language), secret)
    lines = [formats.greeting(letter.name, style.language), ""]
    for kind, rows in runs(letter.blocks):
        lines += TEXT[kind](rows, style)
    return "\n".join(lines)


def _text_changes(rows: list[list[str]], style: Style) -> list[str]:
    lines = []
    for field, before, after, verdict in rows:
        lines += [
            f"  {field}",
            "    " + pair(style.translate("avant"), before or "–", style.language),
            "    " + pair(style.translate("après"), after or "–", style.language),
        ]
        lines += [f"    {verdict}"] * bool(verdict) + [""]
    return lines


def _text_facts(rows: list[list[str]], style: Style) -> list[str]:
    return [*(f"  {pair(label, value, style.language)}" for label, value in rows), ""]


def _spaced(lines: Iterable[str]) -> list[str]:
    """An empty line after each."""
    return [each for line in lines for each in (line, "")]


TEXT: dict[str, Callable[[list[list[str]], Style], list[str]]] = {  # the kinds of data/mail/blocks.py
    "p": lambda rows, style: _spaced(text for [text] in rows),
    "secret": lambda rows, style: _spaced([style.translate(PASSWORD_LINE, secret=style.secret)]),
    "change": _text_changes,
    "fact": _text_facts,
    "message": lambda rows, style: _spaced(style.translate(OFFICE_MESSAGE, message=text) for [text] in rows),
    "link": lambda rows, style: _spaced(pair(words, address, style.language) for words, address in rows),
    "paper": lambda rows, style: [],  # the message carries it: papers_of
    "foot": lambda rows, style: ["-- ", *foot_lines(rows[0], style.language)],
    "opt_out": lambda rows, style: [pair(style.translate(UNSUBSCRIBE), rows[0][0], style.language)],
}


def html_of(letter: Letter, secret: str = HIDDEN, accent: str = "", *, logo: bool = False) -> str:
    """The HTML part: the same words, the portal's ink, the site's accent or ours; its logo when the message carries it."""
    accent, night = accent or ACCENT, appearance.dark(accent or ACCENT)
    style = Style(as_language(letter.language), secret, accent)
    blocks = [[block[0], *(tight(part) for part in block[1:])] for block in letter.blocks]
    body = [HTML[kind](rows, style) for kind, rows in runs(blocks)]
    site = next((block[1] for block in blocks if block[0] == "foot"), "")
    first = next((block[1] for block in blocks if block[0] == "p"), "")
    return _PAGE.format(
        lang=style.language,
        title=letter.subject,
        heading=tight(letter.subject.removesuffix(f" – {site}")),
        site=site,
        first=first,
        logo=_LOGO if logo else "",
        style=DARK.format(name=night.accent, on=night.on),
        paper=PAPER,
        ink=INK,
        line=LINE,
        accent=accent,
        body=_paragraph(formats.greeting(letter.name, style.language)) + Markup("").join(body),
    )


def papers_of(letter: Letter, letterhead: Letterhead, zone: ZoneInfo) -> list[tuple[str, bytes]]:
    """(file name, PDF) of what the letter takes along. Slow: a tenth of a second each."""
    day = letter.created_at.astimezone(zone).date()
    found = []
    for name, *message in letter.blocks:
        if name == "paper":
            file, title, text, closing, *facts = message
            pairs = list(zip(facts[::2], facts[1::2], strict=True))
            found.append((file, joined(letterhead, title, text, pairs, closing, day, as_language(letter.language))))
    return found


def message_of(
    letter: Letter,
    secret: str,
    sender: str,
    site: str,
    accent: str = "",
    logo: bytes = b"",
    papers: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """The bytes to send, with the site's logo (a small PNG) inside; Unsafe when the address or a header is not safe."""
    if not deliverable(letter.recipient) or re.search("[\r\n]", letter.subject + letter.name + site):
        raise Unsafe("unsafe address or header")
    message = emails.Message(
        html=html_of(letter, secret, accent, logo=bool(logo)),
        text=text_of(letter, secret),
        subject=letter.subject,
        mail_from=formataddr((site, sender)),
        mail_to=letter.recipient,
        message_id=letter.message_id,
        date=letter.created_at,
        headers={
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            **_answers_to(letter),
            **_unsubscribe(letter),
        },
    )
    if logo:
        message.attach(filename=LOGO, data=logo, content_disposition="inline", mime_type="image/png")
    for name, content in papers:
        message.attach(filename=name, data=content, mime_type="application/pdf")
    return bytes(message.as_bytes())


def _answers_to(letter: Letter) -> dict[str, str]:
    """Who answers all the same writes to the conservatoire, at the address that the letter's foot shows."""
    address = next((block[3] for block in letter.blocks if block[0] == "foot"), "")
    return {"Reply-To": address} if deliverable(address) else {}


def foot_lines(foot: list[str], language: Language) -> list[str]:
    """Who writes, and where an answer arrives."""
    site, phone, email = foot
    last = translate(ANSWER, language, address=email) if deliverable(email) else translate(NO_ANSWER, language)
    return [*filter(None, (site, phone, email)), last]


def _unsubscribe(letter: Letter) -> dict[str, str]:
    """By one press in a mail program (RFC 8058, which wants https), of a letter that its reader may do without."""
    address = next((block[1] for block in letter.blocks if block[0] == "opt_out"), "")
    if not address:
        return {}
    by_press = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if address.startswith("https://") else {}
    return {"List-Unsubscribe": f"<{address}>", **by_press}


def shown_link(url: str) -> str:
    """A link as screens show it: what opens something by itself stays in the letter."""
    return TOKEN.sub(HIDDEN, url)


_PAGE = Markup(
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
    "<title>{title}</title><style>:root{{color-scheme:light dark}}{style}</style></head>"
    '<body class="ground ink" style="margin:0;padding:0;background:{paper};color:{ink};'
    'font:16px/1.5 system-ui,Segoe UI,Helvetica,Arial,sans-serif;-webkit-text-size-adjust:100%">'
    '<div style="display:none;max-height:0;overflow:hidden">{first}</div>'
    '<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" style="background:{paper}">'
    '<tr><td class="out" align="center" style="padding:24px 12px">'
    '<table role="presentation" class="sheet" width="600" cellpadding="0" cellspacing="0" style="width:100%;max-width:600px;'
    "background:#ffffff;border:1px solid {line};border-top:4px solid {accent};border-radius:10px;border-collapse:separate;"
    'text-align:left"><tr><td class="in ink" style="padding:28px 24px;color:{ink};overflow-wrap:anywhere;word-break:break-word">{logo}'
    '<p class="name" style="margin:0 0 20px;color:{accent};font-weight:700">{site}</p>'
    '<h1 class="ink" style="font-size:22px;line-height:1.3;margin:0 0 16px;color:{ink}">{heading}</h1>{body}'
    "</td></tr></table></td></tr></table></body></html>"
)
_LOGO = Markup(  # on white, whatever the scheme; the name below says whose it is
    '<img src="cid:logo.png" alt="" height="56" style="display:block;height:56px;width:auto;max-width:100%;'
    'margin:0 0 12px;background:#ffffff;border-radius:6px">'
)
_SECRET = Markup(
    '<p class="ink" style="margin:0 0 4px">{}</p><p class="word" style="margin:0 0 20px;padding:12px 16px;'
    "background:#eef0f4;color:#1a2236;border-radius:8px;font:700 20px/1.4 Consolas,Menlo,monospace;"
    'letter-spacing:1px">{}</p>'
)
_MESSAGE = Markup(
    '<p class="ink edge" style="margin:0 0 16px;padding:4px 0 4px 16px;border-left:4px solid {accent}">{}</p>'
)
_LINK = Markup(
    '<p style="margin:24px 0"><a class="btn" href="{}" style="background:{accent};color:#ffffff;padding:12px 24px;'
    'border-radius:8px;text-decoration:none;font-weight:700;display:inline-block">{}</a></p>'
)
_FOOT = Markup(
    '<p class="line soft" style="margin:32px 0 0;padding-top:16px;border-top:1px solid {line};color:{soft};'
    'font-size:14px">{}</p>'
)
_UNSUBSCRIBE = Markup(
    '<p class="soft" style="margin:8px 0 0;font-size:14px"><a class="soft" href="{}" style="color:{soft}">{}</a></p>'
)


def _paragraph(text: str) -> Markup:
    return Markup('<p class="ink" style="margin:0 0 16px">{}</p>').format(text)


def _table(lines: Iterable[Markup]) -> Markup:
    """Lines with a rule under each. Their parts stand side by side where there is room and below each other where there is none,
    whether or not the mail program reads our style sheet; a word is broken only where it is longer than the line."""
    line = Markup('<tr><td class="line" style="padding:8px 0;border-bottom:1px solid {};text-align:left">{}</td></tr>')
    return Markup(
        '<table role="presentation" class="ink" width="100%" cellpadding="0" cellspacing="0" style="width:100%;'
        'border-collapse:collapse;margin:0 0 16px;font-size:16px"><tbody>{}</tbody></table>'
    ).format(Markup("").join(line.format(LINE, each) for each in lines))


def _part(words: object, share: int) -> Markup:
    """`share` of the line in per cent; the whole of a line that is narrower than the page of a letter elsewhere."""
    return Markup(
        '<div style="display:inline-block;vertical-align:top;box-sizing:border-box;min-width:{}%;max-width:100%;'
        'width:calc((400px - 100%)*400);padding-right:8px">{}</div>'
    ).format(share, words)


def _html_facts(rows: list[list[str]], style: Style) -> Markup:
    value = Markup("<strong>{}</strong>")
    return _table(_part(label, 36) + _part(value.format(text), 62) for label, text in rows)


def _html_changes(rows: list[list[str]], style: Style) -> Markup:
    said = Markup('<span class="soft" style="color:{}">{} </span>{}')
    was, now = (tight(pair(style.translate(word), "", style.language)) for word in (_("Avant"), _("Après")))
    return _table(
        Markup('<div style="padding-bottom:4px"><strong>{}</strong></div>').format(field)
        + _part(said.format(SOFT, was, before or "–"), 48)
        + _part(
            said.format(SOFT, now, Markup("<strong>{}</strong>").format(after or "–"))
            + (Markup("<br>") + escape(verdict) if verdict else Markup("")),
            48,
        )
        for field, before, after, verdict in rows
    )


def _html_messages(rows: list[list[str]], style: Style) -> Markup:
    said = [tight(style.translate(OFFICE_MESSAGE, message=text)).splitlines() for [text] in rows]
    return Markup("").join(_MESSAGE.format(Markup("<br>").join(lines), accent=style.accent) for lines in said)


def _html_links(rows: list[list[str]], style: Style) -> Markup:
    return Markup("").join(_LINK.format(address, words, accent=style.accent) for words, address in rows)


def _html_foot(rows: list[list[str]], style: Style) -> Markup:
    lines = map(tight, foot_lines(rows[0], style.language))
    return _FOOT.format(Markup("<br>").join(lines), line=LINE, soft=SOFT)


HTML: dict[str, Callable[[list[list[str]], Style], Markup]] = {  # the kinds of data/mail/blocks.py
    "p": lambda rows, style: Markup("").join(_paragraph(text) for [text] in rows),
    "secret": lambda rows, style: _SECRET.format(tight(style.translate(PASSWORD_LINE, secret="")), style.secret),
    "change": _html_changes,
    "fact": _html_facts,
    "message": _html_messages,
    "link": _html_links,
    "paper": lambda rows, style: Markup(""),  # the message carries it: papers_of
    "foot": _html_foot,
    "opt_out": lambda rows, style: _UNSUBSCRIBE.format(rows[0][0], style.translate(UNSUBSCRIBE), soft=SOFT),
}
