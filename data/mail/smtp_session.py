"""Our end of the line to the mail server, over verified TLS. What one letter did to the session is no other letter's."""

import smtplib
import ssl
from types import TracebackType
from urllib.parse import unquote, urlsplit

from data.core.settings import settings

PATIENCE = 10  # seconds for each answer
CLOSING = 421  # the server says so, and hangs up


class Unreachable(OSError):
    """The mail server cannot be reached, or refuses us: no letter is at fault."""


class NotSent(Exception):
    """This letter did not leave. `final`: it never will."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.reason, self.final = reason, final


class MailServer:
    """Connected when a letter needs it, and anew after one that the session did not survive.

    Two in a row that it did not survive are the server's doing, not theirs: Unreachable.
    """

    def __init__(self) -> None:
        self._line: smtplib.SMTP | None = None
        self._lost_in_a_row = 0

    def __enter__(self) -> "MailServer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def connected(self) -> smtplib.SMTP:
        """Before a letter is claimed: one that cannot even be tried costs it nothing."""
        if self._line is None:
            self._line = _connect()
        return self._line

    def send(self, recipient: str, content: bytes) -> None:
        """NotSent when it is the letter's fault, or may be; Unreachable when it is the server's."""
        session = self.connected()
        try:
            session.sendmail(settings().mail_from, [recipient], content)
        except (OSError, ValueError) as fault:  # smtplib's own faults are OSErrors
            self._lost_in_a_row = 0 if self._reset(session) else self._lost_in_a_row + 1
            raise _blamed(fault, self._lost_in_a_row) from fault
        self._lost_in_a_row = 0

    def _reset(self, session: smtplib.SMTP) -> bool:
        """Nothing of a letter that failed is left in the session; False when it is over."""
        try:
            if session.rset()[0] == 250:
                return True
        except (OSError, smtplib.SMTPException):
            pass
        self._leave()
        return False

    def _leave(self) -> None:
        session, self._line = self._line, None
        if session is None:
            return
        try:
            session.quit()
        except (OSError, smtplib.SMTPException):
            session.close()


def _connect() -> smtplib.SMTP:
    parts = urlsplit(settings().smtp_url)
    host, user = parts.hostname or "localhost", unquote(parts.username or "")
    tls = ssl.create_default_context(cafile=settings().smtp_ca_file or None)
    try:
        if parts.scheme == "smtps":
            session: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE, context=tls)
        else:
            session = smtplib.SMTP(host, parts.port or 587, timeout=PATIENCE)
            if parts.scheme == "smtp":
                session.starttls(context=tls)
        if user:
            session.login(user, unquote(parts.password or ""))
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(str(error)) from error
    return session


def _blamed(fault: Exception, lost_in_a_row: int) -> Exception:
    """Whose fault it is."""
    if isinstance(fault, ValueError):  # a letter that smtplib cannot write
        return NotSent("unwritable", final=True)
    code, text = _answer(fault)
    if isinstance(fault, smtplib.SMTPSenderRefused) and code not in {CLOSING, 552}:  # our own address or account
        return Unreachable(f"the server refuses MAIL_FROM: {text}")
    silent = isinstance(fault, TimeoutError) or isinstance(
        fault.__context__, TimeoutError
    )  # smtplib calls it disconnected
    if silent or lost_in_a_row > 1:
        return Unreachable(text)
    return NotSent(text, final=code >= 500)


def _answer(fault: Exception) -> tuple[int, str]:
    """(the code, the whole answer); 0 and the fault's own words when the server said nothing."""
    said: bytes | str
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(fault.recipients.values()))
    elif isinstance(fault, smtplib.SMTPResponseException):
        code, said = fault.smtp_code, fault.smtp_error
    else:
        return 0, str(fault) or type(fault).__name__
    return code, f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
