"""`python -m tests.nicegui_versions [VERSION …]`: the contract with NiceGUI, and real pages, on the last three minor versions.

Each in a throw-away environment with what uv.lock names, NiceGUI alone in another version. The portal itself stays with the
version that pyproject.toml pins.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).with_name("uv")
VERSIONS = ("3.16.*", "3.17.*", "3.18.*")  # the latest patch of each
CONTRACT = ["tests/web/test_nicegui_contract.py"]
REAL_PAGES = [
    "tests/web/test_change_requests.py::test_a_change_is_asked_acknowledged_and_marked_and_the_record_stays",
    "tests/web/test_middleware.py::test_the_page_of_one_session_is_not_taken_up_by_another",
    "tests/web/test_middleware.py::test_a_socket_that_names_no_page_does_not_take_up_another_persons",
    "tests/web/test_middleware.py::test_events_for_the_page_of_another_are_not_taken_from_ones_own_socket",
    "tests/web/test_assets.py",
]
IN_A_BROWSER = [
    "tests/browser/test_family.py::test_a_mobile_number_is_changed_acknowledged_and_marked",
    "tests/browser/test_family.py::test_a_lost_connection_is_reported_and_nothing_typed_is_lost",
    "tests/browser/test_quality.py::test_a_person_types_before_the_script_has_arrived_and_loses_nothing",
]


def main() -> None:
    versions = sys.argv[1:] or VERSIONS
    failed = [version for version in versions if not passes(version)]
    sys.exit(f"fails with NiceGUI {', '.join(failed)}" if failed else 0)


def passes(version: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="anacrouse-nicegui-") as folder:
        python = make_environment(Path(folder), version)
        found = "from importlib.metadata import version; print('NiceGUI', version('nicegui'), flush=True)"
        subprocess.run([python, "-c", found], check=True)
        # a browser's loop and the others' do not share a process
        parts = ([*CONTRACT, *REAL_PAGES], IN_A_BROWSER)
        return all(
            subprocess.run([python, "-m", "pytest", *part], cwd=ROOT, check=False).returncode == 0 for part in parts
        )


def make_environment(folder: Path, version: str) -> Path:
    """An environment with what the lock names, but for NiceGUI; its Python."""
    locked = folder / "locked.txt"
    export: list[str | Path] = [
        "export",
        "--quiet",
        "--frozen",
        "--no-hashes",
        "--no-emit-package",
        "nicegui",
        "--output-file",
        locked,
    ]
    subprocess.run([UV, *export], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    install: list[str | Path] = [
        "pip",
        "install",
        "--quiet",
        "--python",
        python,
        "--requirement",
        locked,
        f"nicegui=={version}",
    ]
    subprocess.run([UV, *install], cwd=ROOT, check=True)
    return python


if __name__ == "__main__":
    main()
