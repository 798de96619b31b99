"""What the portal is made of: accepted licences only, known advisories by the versions they name, a list of components."""

import json
from pathlib import Path

import pytest

from tests import supply
from tests.ground import free_port
from tests.supply import Package

PILLOW = Package("PyPI", "pillow", "12.0.1")


def advisory(**affected: object) -> dict[str, object]:
    return {"id": "TEST-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "Pillow"}, **affected}]}


def between(introduced: str, **end: str) -> list[dict[str, object]]:
    events = [{"introduced": introduced}, *({name: version} for name, version in end.items())]
    return [{"type": "ECOSYSTEM", "events": events}]


@pytest.mark.parametrize(
    ("affected", "is_concerned"),
    [
        ({"ranges": between("0", fixed="12.1")}, True),
        ({"ranges": between("12.0.1", last_affected="12.0.1")}, True),
        ({"ranges": between("0", fixed="12.0.1")}, False),
        ({"ranges": between("12.0.2")}, False),
        ({"versions": ["12.0.1"]}, True),
        ({"versions": ["12.0.10"], "ranges": [{"type": "GIT", "events": []}]}, False),
    ],
)
def test_an_advisory_concerns_the_versions_it_names(affected: dict[str, object], is_concerned: bool) -> None:
    assert bool(list(supply.concerned(advisory(**affected), [PILLOW]))) is is_concerned
    assert not list(supply.concerned({**advisory(**affected), "withdrawn": "2026-01-01"}, [PILLOW]))
    assert not list(supply.concerned(advisory(**affected), [Package("npm", "pillow", "12.0.1")]))


def test_a_licence_that_nobody_accepted_is_named() -> None:
    assert supply.refused("MPL-2.0 AND (Apache-2.0 OR MIT)") == set()
    assert supply.refused("MIT OR AGPL-3.0-only") == {"AGPL-3.0-only"}
    assert supply.refused("") == {"no licence"}


def test_everything_locked_is_under_an_accepted_licence_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Offline, against an exported file: one that names nothing of ours passes, one that does is told with its package."""
    exported, listed = tmp_path / "all.json", tmp_path / "sbom.json"
    exported.write_text("[]", encoding="utf-8")
    assert supply.main(["--advisories", str(exported), "--sbom", str(listed)]) == 0, capsys.readouterr().err
    components = {each["name"]: each for each in json.loads(listed.read_text(encoding="utf-8"))["components"]}
    assert components["nicegui"]["licenses"] == [{"expression": "MIT"}]
    assert components["idiomorph"]["licenses"] == [{"expression": "0BSD"}]
    assert "ruff" not in components
    exported.write_text(json.dumps(advisory(ranges=between("0"))), encoding="utf-8")
    assert supply.main(["--advisories", str(exported), "--sbom", str(listed)]) == 1
    assert "pillow" in capsys.readouterr().err


def test_a_service_that_is_away_is_reported_and_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert supply.audit_online(f"http://127.0.0.1:{free_port()}") == []
    assert "NOT ASKED, the service cannot be reached" in capsys.readouterr().out
