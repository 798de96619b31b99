"""deploy/README.md word for word, in a clean Debian: `python -m tests.deployment` (as root; minutes, so no part of the tests).

The blocks of commands are run in turn in a folder that mmdebstrap makes, entered by chroot; there `systemctl` is a program of a
few lines that reads our unit files, since no systemd runs. Between the blocks: whether the portal answers through Caddy over
TLS, and whether what was done before an upgrade is there after it and after the way back.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

SUITE, NAME = "bookworm", "conservatoire.example.org"
REACHED_BY = (
    "etc/resolv.conf",
    "etc/apt/sources.list.d",
    "etc/apt/apt.conf.d",
    "etc/pip.conf",
    "etc/uv",
    "etc/ssl/certs/ca-certificates.crt",
)
SYSTEMCTL = '''#!/usr/bin/python3
"""What systemd would do with our units, as far as this needs it."""
import configparser, glob, os, pathlib, pwd, shlex, signal, socket, subprocess, sys

def unit(name):
    read = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=", comment_prefixes="#")
    read.optionxform = str
    read.read("/etc/systemd/system/" + name)
    return read["Service"]

def start(name):
    if name.endswith(".timer"):
        return
    if name == "caddy":
        with open("/var/log/caddy.log", "ab") as log:
            return subprocess.run(["caddy", "start", "--config", "/etc/caddy/Caddyfile"], check=True, stdout=log, stderr=log,
                                  stdin=subprocess.DEVNULL)
    how, ready = unit(name + ".service"), "/run/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        pathlib.Path(ready).unlink(missing_ok=True)
        told.bind(ready)
        os.chmod(ready, 0o777)
        told.settimeout(120)
        person = pwd.getpwnam(how["User"])
        environment = dict([how["Environment"].split("=", 1)], NOTIFY_SOCKET=ready, PATH=os.environ["PATH"], LANG="C.UTF-8")
        with open("/var/log/portal.log", "ab") as log:
            process = subprocess.Popen(shlex.split(how["ExecStart"]), cwd=how["WorkingDirectory"], env=environment, stdout=log, stderr=log,
                                       stdin=subprocess.DEVNULL, start_new_session=True, umask=0o077, user=person.pw_uid,
                                       group=person.pw_gid, extra_groups=[])
        pathlib.Path("/run/portal.pid").write_text(str(process.pid))
        assert told.recv(64) == b"READY=1"

def stop(name):
    pid = int(pathlib.Path("/run/portal.pid").read_text())
    os.kill(pid, signal.SIGTERM)
    while os.path.exists(f"/proc/{pid}") and "Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1][:3]:
        pass

verb, *names = [each for each in sys.argv[1:] if not each.startswith("--")]
for name in names:
    name = name.removesuffix(".service")
    if verb in ("enable", "start", "reload"):
        start(name)
    elif verb == "stop":
        stop(name)
'''


def blocks() -> dict[str, list[str]]:
    """Chapter of deploy/README.md -> its blocks of commands."""
    found: dict[str, list[str]] = {}
    for chapter in re.split(r"^## ", (ROOT / "deploy/README.md").read_text(encoding="utf-8"), flags=re.M)[1:]:
        found[chapter.splitlines()[0]] = re.findall(r"^```sh\n(.*?)^```", chapter, flags=re.M | re.S)
    return found


def make(root: Path) -> None:
    """A Debian with what every server has, and archives of two versions of the program, which are the same."""
    run("mmdebstrap", "--quiet", "--variant=apt", "--include=ca-certificates,curl,python3,sqlite3", SUITE, str(root))
    run("mount", "--rbind", "/dev", f"{root}/dev")
    run("mount", "-t", "proc", "proc", f"{root}/proc")
    for name in REACHED_BY:  # how this machine reaches what it installs from
        if (known := Path("/", name)).exists():
            run(
                "cp",
                "-r",
                "--remove-destination",
                str(known),
                f"{root / name}" if known.is_file() else str((root / name).parent),
            )
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n", encoding="utf-8")
    tool = root / "usr/local/bin/systemctl"
    tool.write_text(SYSTEMCTL, encoding="utf-8")
    tool.chmod(0o755)
    for version in ("0.1.0", "0.2.0"):
        name = f"anacrouse-{version}"
        run("git", "-C", str(ROOT), "archive", f"--prefix={name}/", f"--output={root}/root/{name}.tar.gz", "HEAD")


def run(*command: str) -> None:
    subprocess.run(command, check=True)


def do(root: Path, commands: str) -> str:
    """What they print. SystemExit with the portal's log at the first that fails."""
    print(f"--\n{commands}", flush=True)
    known = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("PIP_CERT", "SSL_", "UV_")) or name.endswith("_proxy")
    }
    done = subprocess.run(
        ["chroot", str(root), "/bin/sh", "-euc", f"cd /root\n{commands}"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            **known,
        },
        text=True,
        stdout=subprocess.PIPE,
        check=False,
    )
    print(done.stdout, flush=True)
    if done.returncode:
        log = root / "var/log/portal.log"
        sys.exit(f"it ends with {done.returncode}\n{log.read_text(encoding='utf-8')[-3000:] if log.exists() else ''}")
    return done.stdout


def follow(root: Path) -> None:
    read = blocks()
    make(root)
    ask = f"curl --silent --show-error --insecure --fail --resolve {NAME}:443:127.0.0.1 https://{NAME}"
    accounts = "sqlite3 /var/lib/anacrouse/anacrouse.db 'SELECT count(*) FROM account'"
    lay, names, serve = read["Install"]
    do(root, lay)
    do(
        root, names + "sed -i '1i {\\n\\tlocal_certs\\n\\tskip_install_trust\\n}' /etc/caddy/Caddyfile"
    )  # nobody signs for example.org
    do(root, serve)
    assert "Conservatoire de Valmont" in do(root, f"{ask}/connexion")
    assert do(root, f"{ask}/readyz").startswith('{"etat":"ok"')
    [upgrade], [back] = read["Upgrade"], read["Rollback"]
    do(root, upgrade)
    assert do(root, accounts).strip() == "1"
    do(root, 'anacrouse create-staff --site valmont --login marin.lea --name "Léa Marin" --email marin.lea@example.org')
    assert do(root, accounts).strip() == "2"
    do(root, back)
    assert do(root, accounts).strip() == "1"
    assert "Conservatoire de Valmont" in do(root, f"{ask}/connexion")
    print("What deploy/README.md says was done word for word.")


def main() -> None:
    """In namespaces of its own: what is mounted and started there goes with it."""
    if len(sys.argv) > 1:
        return follow(Path(sys.argv[1]))
    if not shutil.which("mmdebstrap") or os.geteuid():
        sys.exit("This wants root and mmdebstrap: apt-get install mmdebstrap")
    with tempfile.TemporaryDirectory(prefix="anacrouse-debian-") as root:
        alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        sys.exit(subprocess.run([*alone, sys.executable, "-m", "tests.deployment", root], check=False).returncode)


if __name__ == "__main__":
    main()
