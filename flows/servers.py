"""The Prefect server of `rechki up`: its own data folder, loopback only."""

import json
import os
import sys
import time
from pathlib import Path

from annotation import process
from annotation.server import LocalServer, default_home
from flows.environment import prefect_file
from flows.stages import console, stage
from models.config import load_study
from models.errors import Unavailable

_STARTED_WITHIN = 120.0
_PORT = 4200


class PrefectServer:
    """The Prefect server of a home folder."""

    def __init__(self, home: Path | None = None) -> None:
        self.home = (home or default_home()).resolve()
        self.file = prefect_file(self.home)
        self.log = self.home / "prefect.log"

    def start(self) -> str:
        """Start the server unless it runs, wait until it answers, and return its API address."""
        state = process.read_state(self.file)
        if state and process.answers(f"{state['url']}/health"):
            return str(state["url"])
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        wanted = process.free_port(state["port"] if state else _PORT)
        for port in (wanted, process.free_port()):
            if self._start_on(port):
                return f"http://127.0.0.1:{port}/api"
        raise self._failure()

    def _start_on(self, port: int) -> bool:
        """Start it there and wait until it answers; False when it ends before: another program has taken the port."""
        url = f"http://127.0.0.1:{port}/api"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RECHKI_")}
        environment |= {"PREFECT_HOME": str(self.home / "prefect"), "PREFECT_API_URL": url}
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        pid, started = process.launch(command, environment, self.home, self.log)
        process.own_file(self.file, json.dumps({"url": url, "port": port, "pid": pid, "started": started}))
        begun = time.monotonic()
        while not (process.listens(pid, port) and process.answers(f"{url}/health")):
            if process.running(pid, started) is None:
                return False
            if time.monotonic() - begun > _STARTED_WITHIN:
                raise self._failure()
            time.sleep(0.3)
        return True

    def _failure(self) -> Unavailable:
        return Unavailable(f"Prefect did not start:\n{process.end_of(self.log)}", str(self.log), "Look into its log.")

    def stop(self) -> bool:
        """Stop the server; False when none ran."""
        state = process.read_state(self.file)
        server = process.running(state["pid"], state["started"]) if state else None
        if server is None:
            return False
        process.end(server)
        return True


def use_own_prefect(study: Path) -> None:
    """Start our Prefect server when no other one is set: a schedule must not end with a temporary one."""
    load_study(study)
    if "PREFECT_API_URL" not in os.environ:
        with stage("Starting Prefect") as at:
            at.words = os.environ["PREFECT_API_URL"] = PrefectServer().start()


def start_all(study: Path) -> None:
    """Start Label Studio and Prefect, propose the study, and print where people work and how they sign in."""
    load_study(study)  # a wrong folder is told before servers start
    with stage("Starting Label Studio") as at:
        signed = LocalServer().start()
        at.words = signed.url
    with stage("Starting Prefect") as at:
        at.words = os.environ["PREFECT_API_URL"] = PrefectServer().start()
    from flows.propose import propose  # only now, so that it talks to that server

    propose(str(study))
    console.print(
        f"\nPeople review at {signed.url}\n  user {signed.user}\n"
        f"  password: in {LocalServer().file} (only you can read it)\n"
        f"Runs are shown at {os.environ['PREFECT_API_URL'].removesuffix('/api')}\n"
        f"  for Prefect's own commands: export PREFECT_API_URL={os.environ['PREFECT_API_URL']}\n"
        f"Carry on as people confirm: rechki advance {study}   (or stay: rechki schedule {study})\n"
        "Stop both: rechki down",
        markup=False,
        soft_wrap=True,
    )


def stop_all() -> list[str]:
    """Stop both servers and return the names of those that ran."""
    servers: dict[str, LocalServer | PrefectServer] = {"Label Studio": LocalServer(), "Prefect": PrefectServer()}
    return [name for name, server in servers.items() if server.stop()]
