"""What comes to the address where banks answer, and a copy that somebody prepared: nothing is paid, nothing is written by it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from starlette.requests import Request

from data.billing import online_payments
from data.billing.gateways import simulator
from data.billing.gateways.protocol import Forged, Sent, State
from data.billing.models import Payment
from data.core.errors import NotFound
from data.ops import backup
from pages.anyone import payment_notice
from tests.conftest import move_to
from tests.data.payment_helpers import bill, start
from tests.data.test_backup import copy_of_the_demo
from tests.demo_users import SAMIR, both, every
from tests.fuzz.engine import JSONS, TEXTS, mutated, run


def whole_text(text: str) -> str:
    """As a body is decoded: without halves of letters."""
    return text.encode("utf-8", "replace").decode()


@both
def test_notices_of_banks(database: str) -> None:
    """Whatever comes, and whatever of it is signed: paid at most once, and never but by the right amount."""
    move_to(DATABASE_URL=database, DEMO="1")  # the simulator plays the bank only there
    order = start(SAMIR, [bill(66_600)])
    names = (
        st.sampled_from(("reference", "transaction", "montant", "devise", "etat", "signature", "refdet", "x")) | TEXTS
    )
    values = st.sampled_from((order.reference, "66600", "EUR", *State)) | TEXTS
    forms = st.dictionaries(names, values, max_size=7)
    right = {
        "reference": order.reference,
        "transaction": "SIM-1",
        "montant": "66600",
        "devise": "EUR",
        "etat": State.PAID,
    }
    whole = st.fixed_dictionaries({name: st.just(value) | values | JSONS.map(str) for name, value in right.items()})
    gateways = st.sampled_from(("simulator", "payfip", "")) | TEXTS
    before = len(every(Payment))

    def check(sent: tuple[str, dict[str, str], bool]) -> None:
        gateway, form, signed = sent
        form = {whole_text(key): whole_text(text) for key, text in form.items()}
        if signed:
            form = {
                **form,
                "signature": simulator._signature(
                    "answer", {key: text for key, text in form.items() if key != "signature"}
                ),
            }
        try:
            row = online_payments.receive(gateway, Sent(form=form, query=form))
        except (Forged, NotFound):
            return
        assert signed
        assert row.reference == order.reference
        if len(every(Payment)) > before:
            assert every(Payment)[-1].cents == order.cents

    run(
        f"bank notices, {database.partition(':')[0]}",
        st.tuples(gateways, forms | whole, st.booleans()),
        check,
        share=0.5,
    )
    assert len(every(Payment)) <= before + 1


def test_bodies_of_notices() -> None:
    """What the address makes of a request: fields, or ValueError for more than any service sends."""
    kinds = st.sampled_from(
        (
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=x",
            "multipart/form-data",
            "é",
            "",
        )
    )
    bodies = mutated(
        [b"reference=abc&montant=66600&etat=paid&signature=00", b"a=%ff&b=%00&c=%u1234&&=;=", b"a=1&" * 300]
    )

    def check(sent: tuple[bytes, str, bytes]) -> None:
        body, kind, query = sent

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        asked = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "query_string": query,
            "headers": [(b"content-type", kind.encode())],
        }
        try:
            read = asyncio.run(payment_notice._read(Request(asked, receive)))
        except ValueError:
            return
        assert read.body == body
        assert len(read.form) <= payment_notice.MAX_FIELDS

    run(
        "bodies of notices",
        st.tuples(bodies, kinds, mutated([b"a=1&b=2"]).map(lambda each: each[:200])),
        check,
        share=0.5,
    )


def test_a_prepared_copy(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest bent in any way: Impossible, in words, or the copy as it was made."""
    copied = copy_of_the_demo(tmp_path)
    file = copied / backup.MANIFEST
    real = file.read_bytes()
    monkeypatch.setattr(
        backup, "_rows", lambda _, known=backup._rows(copied / backup.DATABASE): known
    )  # minutes otherwise
    known = json.loads(real)
    names = (
        st.sampled_from(
            ("1/document", "/etc/passwd", "..", ".", "", "1/document/x", "1", "1//document", "\0", "\ud800", "a" * 300)
        )
        | TEXTS
    )
    databases = st.fixed_dictionaries(
        {"name": st.sampled_from((backup.DATABASE, backup.DUMP)) | JSONS}, optional={"sha256": JSONS}
    )
    values = {
        "database": databases,
        "files": st.dictionaries(names, JSONS, max_size=3),
        "rows": JSONS,
        "made_at": JSONS,
    }
    bent = st.fixed_dictionaries({}, optional={name: value | JSONS for name, value in values.items()})

    def manifest(more: dict[str, Any], drop: str) -> bytes:
        return json.dumps({name: each for name, each in {**known, **more}.items() if name != drop}).encode()

    made = st.builds(manifest, bent, st.sampled_from(("", *known)))

    def check(content: bytes) -> None:
        file.write_bytes(content)
        try:
            backup.restore(copied, verify=True)
        except backup.Impossible as refused:
            assert str(refused)

    run("manifests", mutated([real]) | made, check)
