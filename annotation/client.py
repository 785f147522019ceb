"""Connecting to Label Studio, and its errors in words."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from httpx_retries import Retry, RetryTransport
from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from annotation.process import trusted
from annotation.server import LocalServer
from models.config import Study
from models.errors import RechkiError, Unavailable

TOKEN = "RECHKI_LABEL_STUDIO_TOKEN"  # noqa: S105  (the name of a variable)
URL = "RECHKI_LABEL_STUDIO_URL"
T = TypeVar("T")
_TIMEOUT = 120
_READS_AGAIN = Retry(
    total=2,
    allowed_methods=("GET", "HEAD"),
    retry_on_exceptions=(httpx.NetworkError, httpx.RemoteProtocolError),
    backoff_factor=0.5,
)


@dataclass(frozen=True)
class Studio:
    """A Label Studio one is signed in to.

    `instance` is a lasting name for the server: decisions are keyed by it, because an address may change.
    """

    api: LabelStudio
    url: str
    instance: str

    def project_url(self, project: int) -> str:
        """The page where people work on a project."""
        return f"{self.url}/projects/{project}/data"


def tasks_of(studio: Studio, project: int, **options: Any) -> Iterator[Any]:  # noqa: ANN401  (the SDK's task models)
    """Page through a project's tasks; `include` names the fields to fetch, fewer are faster.

    The SDK's own iterator asks for one page more than there is.
    """
    include = options.pop("include", None)
    more: Any = {"additional_query_parameters": {"include": include}} if include else None
    page: Any = studio.api.tasks.list(project=project, request_options=more, **options)
    seen = 0
    while page and page.items:
        yield from page.items
        seen += len(page.items)
        page = _or_none(page.next_page) if seen < page.response.total else None


def annotation_numbers(task: Any) -> list[int]:  # noqa: ANN401  (the SDK's task models)
    """Return the numbers of a task's annotations, those that Label Studio has not counted among them."""
    return [int(number) for number in str(task.annotations_ids or "").split(",") if number.strip()]


def find_project(studio: Studio, project: int) -> Any | None:  # noqa: ANN401  (the SDK's project model)
    """Return a project, None when it was deleted."""
    return _or_none(lambda: studio.api.projects.get(id=project))


def _or_none(get: Callable[[], T]) -> T | None:
    """What is asked for, None when there is none: 404."""
    try:
        return get()
    except ApiError as error:
        if error.status_code == 404:
            return None
        raise


def connect(settings: Study, home: Path | None = None) -> Studio:
    """Sign in to the study's Label Studio.

    The address comes from RECHKI_LABEL_STUDIO_URL, else from study.yaml, else from the server that
    ``rechki studio start`` runs; the token from RECHKI_LABEL_STUDIO_TOKEN, else from that server's own file.

    Raises
    ------
    Unavailable
        When nothing answers at the address.
    RechkiError
        When the token is missing or refused, or something else lives there.
    """
    url, token, instance = _address(settings, home)
    with in_words(url):
        api = _api(url, token)
        api.users.whoami()
    return Studio(api, url, settings.review.instance or instance)


def _api(url: str, token: str) -> LabelStudio:
    """The SDK, repeating only reads: by itself it sends a write again whose answer was lost, and so makes it twice."""
    transport = RetryTransport(httpx.HTTPTransport(verify=trusted(), limits=_limits(url)), retry=_READS_AGAIN)
    client = httpx.Client(timeout=_TIMEOUT, follow_redirects=True, transport=transport)
    return LabelStudio(base_url=url, api_key=token, httpx_client=client, max_retries=0)


def _limits(url: str) -> httpx.Limits:
    """Keep no connection to a server without TLS.

    Label Studio's own one sends an answer in two packets, and on a connection that is kept the second waits 40 ms until
    our system has acknowledged the first (Nagle's algorithm and delayed acknowledgements). A new connection costs less.
    """
    return httpx.Limits(max_keepalive_connections=0 if urlsplit(url).scheme == "http" else None)


def _address(settings: Study, home: Path | None) -> tuple[str, str, str]:
    url = os.environ.get(URL) or settings.review.label_studio_url
    token = os.environ.get(TOKEN, "").strip()
    if url:
        if not token:
            raise RechkiError(
                "there is no token for this Label Studio",
                url,
                f"Set {TOKEN} (Label Studio: Account & Settings, Access Token), or put it into .env.",
            )
        return url.rstrip("/"), token, urlsplit(url).netloc
    server = LocalServer(home)
    signed = server.signing()
    if signed is None:
        raise RechkiError(
            "no Label Studio is known to this study",
            "",
            f"Start one with 'rechki studio start', or set {URL} and {TOKEN} to use yours.",
        )
    return signed.url, signed.token, signed.instance


@contextmanager
def in_words(where: str) -> Iterator[None]:
    """Turn what the SDK raises into errors that say what to do.

    Raises
    ------
    Unavailable
        For what may pass by itself: no connection, a time-out, a server error.
    RechkiError
        For everything else.
    """
    try:
        yield
    except httpx.LocalProtocolError as error:
        raise RechkiError("the token holds letters that no token has", where, f"Set {TOKEN} anew.") from error
    except httpx.HTTPError as error:
        raise Unavailable(
            f"Label Studio does not answer ({type(error).__name__})",
            where,
            "Check the address, and start it: 'rechki studio start' for the local one.",
        ) from error
    except ApiError as error:
        raise _api_error(error, where) from error


def _api_error(error: ApiError, where: str) -> RechkiError:
    body = str(error.body)[:300]
    if error.status_code in (401, 403):
        return RechkiError(
            f"Label Studio refuses the token ({error.status_code})",
            where,
            f"Copy it anew from Account & Settings into {TOKEN}; a legacy token must be enabled there.",
        )
    if error.status_code == 404:
        return RechkiError(
            "Label Studio has no such thing (404): deleted, or another program answers at this address",
            where,
            "Check the address with 'rechki doctor'.",
        )
    if error.status_code is None or error.status_code >= 500:
        return Unavailable(f"Label Studio failed ({error.status_code}): {body}", where, "Look into its log; try again.")
    return RechkiError(f"Label Studio refused ({error.status_code}): {body}", where, "See docs/label-studio.md.")


def token_kind(token: str) -> str:
    """Name the kind of a token; empty for none. Personal tokens are JWTs, legacy ones 40 letters without dots."""
    if not token:
        return ""
    return "a personal access token" if token.startswith("eyJ") and token.count(".") == 2 else "a legacy token"
