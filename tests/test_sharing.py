"""Processes of one pile: between them, each file is gone through once."""

import os
import subprocess
import sys
from pathlib import Path

from tests.sharing import PILE


def test_each_file_is_gone_through_by_one_process_once(tmp_path: Path) -> None:
    pile, files, log = tmp_path / "pile", tmp_path / "files", tmp_path / "log"
    pile.mkdir()
    files.mkdir()
    for number in range(6):
        lines = [f"def test_{name}():\n    print('{number}{name}', file=open({str(log)!r}, 'a'))\n" for name in "ab"]
        (files / f"test_{number}.py").write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--noconftest", "-p", "tests.sharing", "-c", os.devnull]
    command += map(str, sorted(files.iterdir()))
    environment = {**os.environ, PILE: str(pile), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    processes = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]

    assert [process.wait() for process in processes] == [0, 0]
    assert sorted(log.read_text(encoding="utf-8").split()) == [
        f"{number}{name}" for number in range(6) for name in "ab"
    ]
    late = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
    assert late.returncode == 0, "who comes late finds nothing to do, which is no failure"
    assert "passed" not in late.stdout
