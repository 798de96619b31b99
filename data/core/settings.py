"""What the operator decides, read once from the environment or `.env`. A bad value stops the start with its name."""

import ipaddress
import os
import re
import stat
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
FILE = os.environ.get("ANACROUSE_ENV", ".env")
HERE = {"127.0.0.1", "::1", "localhost"}


class Settings(BaseSettings):
    """Names are the environment's, in lower case; each is explained in `.env.example`."""

    model_config = SettingsConfigDict(env_file=FILE, extra="ignore")

    database_url: str = "sqlite:///var/anacrouse.db"
    files_dir: Path = Path("var/files")
    files_url: str = ""
    files_endpoint: str = ""
    files_region: str = "us-east-1"
    files_access_key: str = ""
    files_secret_key: str = ""
    base_url: str = ""
    secret_key: str = ""
    smtp_url: str = ""
    mail_from: str = "portail@example.org"
    host: str = "127.0.0.1"
    port: int = 8080
    log_format: Literal["text", "json"] = "text"
    demo: bool = False
    trusted_proxies: str = ""
    metrics_token: str = ""
    push_services: str = (
        "fcm.googleapis.com,updates.push.services.mozilla.com,web.push.apple.com,.push.apple.com,.notify.windows.com"
    )
    smtp_ca_file: str = ""
    hash_memory_kib: int = 65536
    hash_rounds: int = 3
    decision_letter_delay: int = 120
    idle_minutes: int = 30
    periodic_jobs: bool = True
    workers: int = Field(default=1, ge=1, le=64)
    process: str = Field(default="", pattern=r"^[a-z0-9]{0,20}$")
    database_pool: int = Field(default=10, ge=2)
    database_statement_seconds: int = Field(default=15, ge=1)
    database_lock_seconds: int = Field(default=5, ge=1)
    slow_seconds: int = Field(default=30, ge=1)
    sockets_per_page: int = Field(default=8, ge=1)
    sockets_per_address: int = Field(default=600, ge=1)
    acts_an_hour: int = Field(default=60, ge=1)

    @field_validator("base_url")
    @classmethod
    def _an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.path not in {"", "/"}):
            raise ValueError("write the address families type, such as https://portail.example.org, without a path")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _a_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("write sqlite:///path/to/file.db or postgresql+psycopg://user:password@host/name")
        return value

    @field_validator("files_url")
    @classmethod
    def _a_bucket(cls, value: str) -> str:
        if value and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(?:/[\w./-]*)?", value):
            raise ValueError("write s3://bucket or s3://bucket/folder, or nothing to keep files in FILES_DIR")
        return value

    @field_validator("files_endpoint")
    @classmethod
    def _a_service(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in HERE):
            raise ValueError("write the service's https://… address (http:// for one on this machine only)")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _a_mail_server(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"smtp", "smtps", "smtp+plain"}:
            raise ValueError(
                "write smtp://user:password@host:587 (STARTTLS), smtps://…:465 (TLS) "
                "or smtp+plain://localhost:25 (a server on this machine)"
            )
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in filter(None, value.replace(" ", "").split(",")):
            ipaddress.ip_network(part)
        return value.replace(" ", "")

    @field_validator("metrics_token")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and not re.fullmatch(r"[!-~]{16,}", value):
            raise ValueError("write 16 characters or more, without spaces or accents: openssl rand -hex 24 makes some")
        return value

    @model_validator(mode="after")
    def _safe_together(self) -> "Settings":
        if self.host not in HERE and not self.base_url.startswith("https://"):
            raise ValueError("HOST: to listen beyond this machine, set BASE_URL=https://… (a proxy gives the TLS)")
        if self.workers > 1 and self.database_url.startswith("sqlite"):
            raise ValueError(
                "WORKERS: several processes share a PostgreSQL; SQLite has one. Set WORKERS=1, or DATABASE_URL=postgresql+psycopg://…"
            )
        weak = self.hash_memory_kib < 19456 or self.hash_rounds < 2
        if weak and os.environ.get("ANACROUSE_TESTS") != "1":
            raise ValueError("HASH_MEMORY_KIB: at least 19456, and HASH_ROUNDS at least 2 (OWASP's floor for argon2id)")
        return self

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def public_url(self) -> str:
        """The portal's address for letters; without BASE_URL, this machine's."""
        return self.base_url or f"http://localhost:{self.port}"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; SystemExit with the name and the mend when one is wrong."""
    if "ANACROUSE_ENV" in os.environ and not os.access(FILE, os.R_OK):
        raise SystemExit(
            f"Anacrouse cannot start: {FILE}, which ANACROUSE_ENV names, is missing or may not be read by this user"
        )
    try:
        return Settings()
    except ValidationError as problem:
        lines = []
        for error in problem.errors():
            name = ".".join(str(part) for part in error["loc"]).upper()
            lines.append(f"  {name + ': ' if name else ''}{error['msg'].removeprefix('Value error, ')}")
        raise SystemExit(f"Anacrouse cannot start; mend the environment or {FILE}:\n" + "\n".join(lines)) from None


@lru_cache(maxsize=8)
def key(purpose: str) -> bytes:
    """32 bytes for one purpose, derived (HKDF) from SECRET_KEY or from the key file made at the first start."""
    secret = settings().secret_key.encode() or _key_file()
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose.encode()).derive(secret)


def _key_file() -> bytes:
    path = settings().files_dir.parent / "secret.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SystemExit(f"{path} can be read by others on this machine: chmod 600 {path}") from None
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(32))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()
