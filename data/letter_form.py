"""A letter's text, its HTML (one column, 600 px, safe in dark mode) and its MIME message. Pure: no database."""

import re
from email.utils import formataddr

import emails
from markupsafe import Markup, escape

from data.i18n import language, say
from data.letters import Letter

ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[a-z0-9.-]+\.[a-z0-9-]{2,}")
INK, SOFT, ACCENT, LINE, PAPER = "#1a2236", "#4b5469", "#17495a", "#e0dacd", "#faf8f3"


def deliverable(address: str) -> bool:
    """One plain address, no header smuggled in: checked at entry and again before sending."""
    return len(address) <= 254 and ADDRESS.fullmatch(address) is not None


def text_of(letter: Letter, secret: str = "••••••••") -> str:
    """The text part; `secret` stands where the password goes, hidden unless given."""
    tongue = language(letter.language)
    lines = [say("Bonjour {name},", tongue, name=letter.name), ""]
    for name, *parts in letter.blocks:
        if name == "p":
            lines += [parts[0], ""]
        elif name == "secret":
            lines += [say("Mot de passe : {secret}", tongue, secret=secret), ""]
        elif name == "change":
            field, before, after, verdict = parts
            lines += [
                f"  {field}",
                f"    {say('avant', tongue)} : {before or '–'}",
                f"    {say('après', tongue)} : {after or '–'}",
            ]
            lines += [f"    {verdict}"] * bool(verdict) + [""]
        elif name == "message":
            lines += [say("Message du secrétariat : {message}", tongue, message=parts[0]), ""]
        elif name == "link":
            lines += [f"{parts[0]} : {parts[1]}", ""]
        elif name == "foot":
            lines += [
                "-- ",
                *filter(None, parts),
                say("Message automatique du portail : il n’attend pas de réponse.", tongue),
            ]
    return "\n".join(lines)


def html_of(letter: Letter, secret: str = "••••••••") -> str:
    """The HTML part: the same words, the portal's ink and accent."""
    tongue = language(letter.language)
    body = [_paragraph(say("Bonjour {name},", tongue, name=letter.name))]
    rows = [parts for name, *parts in letter.blocks if name == "change"]
    for name, *parts in letter.blocks:
        if name == "p":
            body.append(_paragraph(parts[0]))
        elif name == "secret":
            body.append(
                Markup(
                    '<p style="margin:0 0 16px;font:700 20px/1.5 Consolas,monospace;letter-spacing:1px">{}</p>'
                ).format(secret)
            )
        elif name == "change" and rows:
            body.append(_changes(rows, tongue))
            rows = []
        elif name == "message":
            body.append(_paragraph(say("Message du secrétariat : {message}", tongue, message=parts[0])))
        elif name == "link":
            body.append(
                Markup(
                    '<p style="margin:24px 0"><a href="{}" style="background:{};color:#ffffff;padding:12px 24px;'
                    'border-radius:8px;text-decoration:none;font-weight:700;display:inline-block">{}</a></p>'
                ).format(parts[1], ACCENT, parts[0])
            )
        elif name == "foot":
            lines = [*filter(None, parts), say("Message automatique du portail : il n’attend pas de réponse.", tongue)]
            body.append(
                Markup(
                    '<p style="margin:32px 0 0;padding-top:16px;border-top:1px solid {};color:{};font-size:14px">{}</p>'
                ).format(LINE, SOFT, Markup("<br>").join(lines))
            )
    return Markup(
        '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        '<title>{title}</title></head><body style="margin:0;padding:24px 12px;background:{paper};color:{ink};'
        'font:16px/1.5 system-ui,Segoe UI,Helvetica,Arial,sans-serif"><div role="article" aria-label="{title}" '
        'style="max-width:600px;margin:0 auto;background:#ffffff;color:{ink};border:1px solid {line};border-radius:10px;'
        'padding:24px"><h1 style="font-size:20px;line-height:1.3;margin:0 0 16px">{title}</h1>{body}</div></body></html>'
    ).format(lang=tongue, title=letter.subject, paper=PAPER, ink=INK, line=LINE, body=Markup("").join(body))


def message_of(letter: Letter, secret: str, sender: str, site: str) -> bytes:
    """The bytes to send; ValueError when the address or a header is not safe."""
    if not deliverable(letter.recipient) or re.search("[\r\n]", letter.subject + letter.name + site):
        raise ValueError("unsafe address or header")
    message = emails.Message(
        html=html_of(letter, secret),
        text=text_of(letter, secret),
        subject=letter.subject,
        mail_from=formataddr((site, sender)),
        mail_to=letter.recipient,
        message_id=letter.message_id,
        date=letter.created_at,
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    return bytes(message.as_bytes())


def _paragraph(text: str) -> Markup:
    return Markup('<p style="margin:0 0 16px">{}</p>').format(text)


def _changes(rows: list[list[str]], tongue: object) -> Markup:
    heads = [say(word, language(tongue)) for word in ("Champ", "Avant", "Après")]
    cell = Markup('style="padding:8px;border-bottom:1px solid {};text-align:left;vertical-align:top"').format(LINE)
    head = Markup("").join(Markup('<th scope="col" {}>{}</th>').format(cell, each) for each in heads)
    lines = Markup("").join(
        Markup('<tr><th scope="row" {0}>{1}</th><td {0}>{2}</td><td {0}><strong>{3}</strong>{4}</td></tr>').format(
            cell, field, before or "–", after or "–", Markup("<br>") + escape(verdict) if verdict else ""
        )
        for field, before, after, verdict in rows
    )
    return Markup(
        '<table style="width:100%;border-collapse:collapse;margin:0 0 16px;font-size:16px"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table>"
    ).format(head, lines)
