"""`rechki relay`: Label Studio's webhooks wake a scheduled study early. The schedule stays what one can rely on."""

import asyncio
import hmac
import json
import os
import secrets
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import httpx
import uvicorn
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.objects import DeploymentStatus
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import DeploymentSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Scheduled
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from annotation.client import connect
from annotation.webhooks import ACTIONS, SECRET_HEADER, subscribe, unsubscribe
from flows.advance import advance
from flows.stages import console
from flows.study import OpenStudy, read_study
from models.config import load_study
from models.errors import RechkiError
from models.store import review
from models.store.database import Transaction

SECRET = "RECHKI_RELAY_SECRET"  # noqa: S105  (the name of a variable)
LARGEST = 16_384  # bytes of a body; Label Studio's are under a hundred when it sends the action alone
_SHORTEST = 16
_LOOK_AGAIN = 60.0  # seconds after which new projects are subscribed to


@dataclass
class Relay:
    """Where webhooks arrive, and what they wake.

    Attributes
    ----------
    study : Path
        The study's folder, absolute.
    deployment : str
        Which deployment to wake, with the study as its parameter; empty: one that carries the study on, see `carrying`.
    every : int
        Seconds. All that arrives within one such span of the clock wakes one run, at the span's end; the same request
        sent again, by whomever, wakes no other.
    woken : int
        The last span that a run was asked for: the annotator's page waits for our answer, so Prefect is asked once.
    """

    study: Path
    secret: str
    every: int
    deployment: str = ""
    woken: int = -1

    async def wake(self, now: datetime) -> None:
        """Ask Prefect for a run at the end of this span; asked again, it is the same run.

        Raises
        ------
        ObjectNotFound
            When no deployment carries the study on.
        """
        span = int(now.timestamp()) // self.every
        if span == self.woken:
            return
        at = datetime.fromtimestamp((span + 1) * self.every, UTC)
        async with get_client() as client:
            if self.deployment:
                woken = (await client.read_deployment_by_name(self.deployment)).id
            else:
                woken = await carrying(client, self.study)
            await client.create_flow_run_from_deployment(
                woken,
                parameters={"study": str(self.study)} if self.deployment else None,
                state=Scheduled(scheduled_time=at),
                idempotency_key=f"wake {self.study} {self.every} {span}",
            )
        self.woken = span

    def app(self) -> Starlette:
        """Return the web application: one address, POST alone."""
        return Starlette(routes=[Route("/", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> PlainTextResponse:
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(given, self.secret.encode()):
            return PlainTextResponse("the secret is not right", 403)
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                return PlainTextResponse("too large", 413)
        if not _is_of_an_annotation(body):
            return PlainTextResponse("nothing of an annotation", 400)
        try:
            await self.wake(datetime.now(UTC))
        except (ObjectNotFound, httpx.HTTPError):
            return PlainTextResponse("nobody carries the study on: rechki schedule, or a deployment of advance", 503)
        return PlainTextResponse("heard", 202)


async def carrying(client: PrefectClient, study: Path) -> UUID:
    """Find the deployment of `advance` that carries a study on: of `rechki schedule` or of a work pool.

    Where there are several, one that somebody polls is better than one that nobody does, then the newest.

    Raises
    ------
    ObjectNotFound
        When there is none.
    """
    every = FlowFilter(name=FlowFilterName(any_=[advance.name]))
    found = await client.read_deployments(flow_filter=every, sort=DeploymentSort.CREATED_DESC)
    ours = [deployment for deployment in found if _folder_of(deployment) == study]
    if not ours:
        raise ObjectNotFound(LookupError(f"no deployment carries {study} on"))
    return max(ours, key=lambda deployment: deployment.status is DeploymentStatus.READY).id


def _folder_of(deployment: DeploymentResponse) -> Path:
    """The study's folder as the deployment's runs find it: from where they start, which prefect deploy notes."""
    steps = [options for step in deployment.pull_steps or () for options in step.values() if isinstance(options, dict)]
    start = next((options["directory"] for options in steps if "directory" in options), ".")
    return Path(start, str(deployment.parameters.get("study", ""))).resolve()


def _is_of_an_annotation(body: bytes) -> bool:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("action") in ACTIONS


def keep_relaying(study: Path, host: str, port: int, every: int, url: str | None, deployment: str | None) -> None:
    """Stay, subscribe to the study's projects in Label Studio, and wake its schedule when they say something.

    Parameters
    ----------
    host, port : str, int
        Where to listen.
    every : int
        Seconds; see `Relay`.
    url : str, optional
        The address as Label Studio reaches it, when that is another one.
    deployment : str, optional
        Which deployment to wake; see `Relay`.

    Raises
    ------
    RechkiError
        When the secret is too short, or Label Studio lets no webhook go there.
    """
    folder = study.resolve()
    settings = load_study(folder)
    secret = os.environ.get(SECRET) or secrets.token_urlsafe(32)
    if len(secret) < _SHORTEST:
        raise RechkiError(f"the secret is shorter than {_SHORTEST} letters", SECRET, "Take a longer one, or none.")
    relay = Relay(folder, secret, every, deployment or "")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn passes it on; webhooks are taken back first
    server = uvicorn.Server(uvicorn.Config(relay.app(), host=host, port=port, log_level="warning", access_log=False))
    try:
        asyncio.run(_serve(server, relay, url or f"http://{host}:{port}/"))
    finally:
        with suppress(RechkiError):  # a server that is away posts nothing
            unsubscribe(connect(settings), url or f"http://{host}:{port}/")


async def _serve(server: uvicorn.Server, relay: Relay, url: str) -> None:
    """Listen, and look for new projects from time to time."""
    await asyncio.to_thread(_subscribe, relay, url)
    console.print(f"Label Studio wakes {relay.study} through {url}. End with Ctrl+C.", markup=False, soft_wrap=True)
    looking = asyncio.create_task(_look_for_projects(relay, url))
    try:
        await server.serve()
    finally:
        looking.cancel()


async def _look_for_projects(relay: Relay, url: str) -> None:
    while True:
        await asyncio.sleep(_LOOK_AGAIN)
        with suppress(RechkiError):  # a Label Studio that is away now is there the next time
            await asyncio.to_thread(_subscribe, relay, url)


def _subscribe(relay: Relay, url: str) -> None:
    with read_study(relay.study) as opened, opened.store.transaction() as tx:
        studio = connect(opened.settings)
        projects = _projects(opened, tx, studio.instance)
    subscribe(studio, projects, url, relay.secret)


def _projects(opened: OpenStudy, tx: Transaction, instance: str) -> list[int]:
    """Every project of the study on a Label Studio, whatever the code frame."""
    known = {place for frame in opened.frames for place in review.projects(tx, frame)}
    return sorted(number for there, number in known if there == instance)
