"""The local Label Studio: its own virtual environment, one data folder, loopback only."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from platformdirs import user_data_path

from annotation import process
from models.errors import RechkiError, Unavailable

HOME = "RECHKI_HOME"
VENV = "RECHKI_STUDIO_VENV"
USER = "analyst@rechki.local"
_DATABASE = "label_studio.sqlite3"
_STARTED_WITHIN = 240.0
_OFFLINE = {
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "FEATURE_FLAGS_OFFLINE": "true",
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "SSRF_PROTECTION_ENABLED": "false",  # it would forbid webhooks to loopback, where our relay listens
    "PYTHONUNBUFFERED": "1",
}
_FOREIGN = ("LABEL_STUDIO_", "HEARTEX_", "DJANGO_", "POSTGRE_", "RECHKI_")
_FOREIGN_NAMES = {"DEBUG", "HOST", "CI", "PORT", "PYTHONPATH", "VIRTUAL_ENV"}


@dataclass(frozen=True)
class Signing:
    """How to sign in to the local server; lives in a file that only its owner can read."""

    url: str
    port: int
    user: str
    password: str
    token: str
    instance: str
    pid: int = 0
    started: float = 0.0


def default_home() -> Path:
    """The folder of the local servers: RECHKI_HOME, else the user's data folder."""
    return Path(os.environ.get(HOME) or user_data_path("rechki"))


class LocalServer:
    """The Label Studio of a home folder."""

    def __init__(self, home: Path | None = None) -> None:
        self.home = (home or default_home()).resolve()
        self.data = self.home / "label-studio"
        self.file = self.home / "label-studio.json"
        self.log = self.home / "label-studio.log"

    def signing(self) -> Signing | None:
        """Return how to sign in, None before the first start."""
        state = process.read_state(self.file)
        return Signing(**state) if state else None

    def healthy(self) -> bool:
        """Tell whether it answers."""
        signed = self.signing()
        return signed is not None and _healthy(signed)

    def start(self, waiting: Callable[[float], None] | None = None) -> Signing:
        """Start the server unless it runs, and wait until it answers.

        Parameters
        ----------
        waiting : callable, optional
            Called with the seconds waited so far.

        Raises
        ------
        RechkiError
            When Label Studio is not installed, or ends before it answers; the end of its log is shown.
        """
        signed = self.signing()
        if signed is not None and _healthy(signed):
            return signed
        program = studio_program()
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.data.mkdir(exist_ok=True, mode=0o700)
        if not (self.data / _DATABASE).exists():
            shutil.copyfile(migrated_template(), self.data / _DATABASE)
        port = process.free_port(signed.port if signed else None)
        signed = Signing(
            url=f"http://127.0.0.1:{port}",
            port=port,
            user=USER,
            password=signed.password if signed else secrets.token_urlsafe(15),
            token=signed.token if signed else secrets.token_hex(20),
            instance=signed.instance if signed else f"local-{uuid.uuid4().hex[:12]}",
        )
        self._write(signed)
        arguments = ["start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
        pid, started = process.launch([str(program), *arguments], self._environment(signed), self.data, self.log)
        signed = replace(signed, pid=pid, started=started)
        self._write(signed)
        self._wait(signed, waiting)
        return signed

    def stop(self) -> bool:
        """Stop the server this home started; False when none ran."""
        signed = self.signing()
        if signed is None or not signed.pid:
            return False
        server = process.running(signed.pid, signed.started)
        if server is None:
            return False
        process.end(server)
        return True

    def _environment(self, signed: Signing) -> dict[str, str]:
        return _clean_environment(self.data) | {
            "LABEL_STUDIO_USERNAME": signed.user,
            "LABEL_STUDIO_PASSWORD": signed.password,
            "LABEL_STUDIO_USER_TOKEN": signed.token,
        }

    def _wait(self, signed: Signing, waiting: Callable[[float], None] | None) -> None:
        begun = time.monotonic()
        while not _healthy(signed):
            waited = time.monotonic() - begun
            if process.running(signed.pid, signed.started) is None or waited > _STARTED_WITHIN:
                raise Unavailable(
                    f"Label Studio did not start:\n{process.end_of(self.log)}",
                    str(self.log),
                    "Mend what the log names.",
                )
            if waiting:
                waiting(waited)
            time.sleep(0.3)

    def _write(self, signed: Signing) -> None:
        process.own_file(self.file, json.dumps(asdict(signed), indent=1))


def _healthy(signed: Signing) -> bool:
    return process.answers(f"{signed.url}/health")


def _clean_environment(data: Path) -> dict[str, str]:
    """Our environment without what Label Studio would mistake for its own settings, and without a way out."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_FOREIGN) and name not in _FOREIGN_NAMES
    }
    return kept | _OFFLINE | {"HOME": str(data), "LABEL_STUDIO_BASE_DATA_DIR": str(data)}


def studio_venv() -> Path:
    """Where Label Studio is installed: RECHKI_STUDIO_VENV, else .venv-studio beside our own environment."""
    return Path(os.environ.get(VENV) or Path(sys.prefix).parent / ".venv-studio")


def studio_program() -> Path:
    """Return the label-studio program.

    Raises
    ------
    RechkiError
        When it is not installed.
    """
    program = studio_venv() / "bin" / "label-studio"
    if not program.exists():
        raise RechkiError(
            "Label Studio is not installed there",
            str(studio_venv()),
            f"Run 'make studio', or set {VENV} to the environment that holds it.",
        )
    return program


def migrated_template() -> Path:
    """Return an empty, migrated database; made once in Label Studio's environment, so it belongs to its version.

    A server starts on a copy in seconds instead of half a minute.
    """
    template = studio_venv() / "rechki-template" / _DATABASE
    if template.exists():
        return template
    package = next(studio_venv().glob("lib/python3*/site-packages/label_studio"), None)
    if package is None:
        raise RechkiError("Label Studio is not installed there", str(studio_venv()), "Run 'make studio'.")
    work = template.parent.with_name(f"rechki-template-{os.getpid()}")
    work.mkdir(parents=True, exist_ok=True)
    environment = _clean_environment(work) | {"DJANGO_SETTINGS_MODULE": "core.settings.label_studio"}
    done = subprocess.run(
        [str(studio_venv() / "bin" / "python"), str(package / "manage.py"), "migrate", "-v", "0"],
        env=environment,
        cwd=package,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RechkiError(
            f"Label Studio cannot migrate:\n{done.stderr.decode()[-1500:]}", str(work), "Install it anew."
        )
    template.parent.mkdir(exist_ok=True)
    (work / _DATABASE).replace(template)
    shutil.rmtree(work, ignore_errors=True)
    return template


if __name__ == "__main__":  # the Makefile makes the template once, while it installs
    migrated_template()
