"""Devices that are told, by choice, that the conservatoire wrote: without a word of what, and letters leave all the same.

A push carries nothing at all; the browser's push service (Google's, Mozilla's, Apple's, Microsoft's) learns when, and for which device.
It is signed (VAPID, RFC 8292) with a key that comes of the portal's own (data/core/settings.py), and goes to known services only.
"""

import http.client
import logging
import re
import ssl
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from functools import lru_cache
from json import dumps
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from sqlmodel import and_, col, exists, or_, select

from data.accounts.models import Account
from data.accounts.sessions import PushDevice, digest
from data.core import encryption, stopping
from data.core.errors import UserError
from data.core.settings import key, settings
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.mail.outbox import Letter, LetterState

log = logging.getLogger("anacrouse.push")
MAX_DEVICES, MAX_ENDPOINT = 10, 800  # of an account; letters of an address
PAUSE = timedelta(minutes=10)  # between two pushes to one device, however many letters leave
LASTS = 86400  # seconds that a service keeps a push for a device that sleeps
AT_ONCE, TIMEOUT = 50, 10.0  # pushes a round; seconds
MAX_FAILURES = 8  # in a row, each after twice the time of the one before: most of a day
ORDER = int("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)  # of P-256
GONE = {404, 410}  # the person said no in the browser, or it is no more
_PURPOSE = "push endpoints"
ADDRESS = re.compile(r"https://([\w.-]+(?::\d+)?)/[!-\"$-~]*", re.ASCII)


def subscribe(account: Account, endpoint: str, device: str, *, now: datetime | None = None) -> None:
    """This browser, known by its cookie, is told from now on: of this account alone."""
    if len(endpoint) > MAX_ENDPOINT or not _is_known(endpoint):
        raise UserError(
            "Le service de notifications de ce navigateur n’est pas connu du portail. Choisissez un autre navigateur ; "
            "les messages continuent d’arriver par e-mail."
        )
    hashed, of_device = digest(endpoint), digest(device)
    with system_unit_of_work(writes=True, now=now) as uow:
        same = or_(col(PushDevice.endpoint_hash) == hashed, col(PushDevice.device_hash) == of_device)
        mine = col(PushDevice.account_id) == account.id
        older = uow.all(
            select(PushDevice).where(mine).order_by(col(PushDevice.created_at).desc()).offset(MAX_DEVICES - 1)
        )
        for row in {each.id: each for each in (*uow.all(select(PushDevice).where(same)), *older)}.values():
            uow.delete(row)
        uow.flush()
        uow.add(
            PushDevice(
                site_id=account.site_id,
                family_id=account.family_id,
                account_id=account.id,
                endpoint=encryption.encrypt(_PURPOSE, endpoint),
                endpoint_hash=hashed,
                device_hash=of_device,
                created_at=uow.now,
                notified_at=uow.now,
                due_at=uow.now,
            )
        )


def is_notified(uow: UnitOfWork, device: str) -> bool:
    """Whether this browser is told of the account's letters."""
    asked = select(PushDevice.id).where(
        PushDevice.account_id == uow.account_id, PushDevice.device_hash == digest(device)
    )
    return bool(device) and uow.one(asked) is not None


def forget(device: str, *, but: int = 0) -> None:
    """This browser is told no more; `but`: of that account it still is."""
    if not device:
        return
    whose = and_(col(PushDevice.device_hash) == digest(device), col(PushDevice.account_id) != but)
    with system_unit_of_work() as uow:
        if uow.one(select(PushDevice.id).where(whose).limit(1)) is None:
            return  # as nearly always: nothing is to be written
    with system_unit_of_work(writes=True) as uow:
        for row in uow.all(select(PushDevice).where(whose)):
            uow.delete(row)


def _is_known(endpoint: str) -> bool:
    """https, and one of the services that the operator lets the portal speak to: nothing else is ever connected to."""
    address = ADDRESS.fullmatch(endpoint)
    services = [each.strip() for each in settings().push_services.split(",") if each.strip()]
    return address is not None and any(
        address[1].endswith(each) if each.startswith(".") else address[1] == each for each in services
    )


def go_round(now: datetime | None = None) -> int:
    """One round of the running process: tell the devices whose account was written to; how many were told."""
    written = exists().where(
        col(Letter.account_id) == PushDevice.account_id,
        or_(
            col(Letter.sent_at) > PushDevice.notified_at,
            and_(
                col(Letter.state).in_([LetterState.FAILED, LetterState.ABANDONED]),
                col(Letter.created_at) > PushDevice.notified_at,
            ),
        ),
    )
    with system_unit_of_work(now=now) as uow:
        asked = select(PushDevice.id).where(col(PushDevice.due_at) <= uow.now, written)
        due = list(uow.all(asked.order_by(col(PushDevice.due_at)).limit(AT_ONCE)))
    return sum(_tell(device_id, now) for device_id in due if not stopping.asked())


def _tell(device_id: int, now: datetime | None) -> bool:
    """Noted before it is sent: of two processes one does it, and a crash tells nobody twice."""
    with system_unit_of_work(writes=True, now=now) as uow:
        row = uow.one(select(PushDevice).where(PushDevice.id == device_id).with_for_update())
        if row is None or row.due_at > uow.now:
            return False
        before, row.notified_at, row.due_at = row.notified_at, uow.now, uow.now + PAUSE
        uow.add(row)
        if uow.get(Account, row.account_id).disabled:
            uow.delete(row)
            return False
        encrypted, moment = row.endpoint, uow.now
    status = _send(encrypted, moment)
    with system_unit_of_work(writes=True, now=now) as uow:
        row = uow.one(select(PushDevice).where(PushDevice.id == device_id))
        if row is None:
            return False
        if 200 <= status < 300:
            row.failures = 0
            uow.add(row)
        elif status in GONE or row.failures + 1 >= MAX_FAILURES:
            uow.delete(row)
        else:
            row.failures, row.notified_at = row.failures + 1, before
            row.due_at = uow.now + PAUSE * 2**row.failures / 2
            uow.add(row)
    return 200 <= status < 300


def _send(encrypted: str, now: datetime) -> int:
    """The service's answer, or 0; it is never followed elsewhere. What cannot be read or is known no more is gone."""
    try:
        endpoint = encryption.decrypt(_PURPOSE, encrypted)
    except encryption.CannotDecrypt:
        return 410
    if not _is_known(endpoint):
        return 410
    parts = urlsplit(endpoint)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {
        "TTL": str(LASTS),
        "Topic": "letters",
        "Content-Length": "0",
        "Authorization": f"vapid t={_signed(f'https://{parts.netloc}', now)}, k={public_key()}",
    }
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=TIMEOUT, context=ssl.create_default_context()
    )
    try:
        connection.request("POST", path, headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as fault:
        log.warning("the push service %s cannot be reached: %s", parts.hostname, fault)
        return 0
    finally:
        connection.close()


def _signed(audience: str, now: datetime) -> str:
    """A JWT (ES256): who sends, to whom, until when."""
    payload = {"aud": audience, "exp": int(now.timestamp()) + 12 * 3600, "sub": f"mailto:{settings().mail_from}"}
    text = ".".join(_base64(dumps(each).encode()) for each in ({"typ": "JWT", "alg": "ES256"}, payload))
    r, s = decode_dss_signature(_key().sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{_base64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def public_key() -> str:
    """What a browser is given: from then on its service takes pushes of ours alone."""
    point = _key().public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return _base64(point)


@lru_cache(maxsize=2)
def _key_of(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret, "big") % (ORDER - 1) + 1, ec.SECP256R1())


def _key() -> ec.EllipticCurvePrivateKey:
    return _key_of(key("web push"))


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
