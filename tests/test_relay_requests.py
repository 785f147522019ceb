"""What the relay takes, and from whom; there is no Prefect server behind it here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from starlette.testclient import TestClient

from annotation.webhooks import ACTIONS, SECRET_HEADER
from flows.relay import LARGEST, Relay

SECRET = "a-secret-of-some-length"


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[TestClient]:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:1/api"}):
        yield TestClient(Relay(tmp_path, SECRET, 60).app())


def post(relay: TestClient, body: bytes, secret: str | None = SECRET) -> int:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    return relay.post("/", content=body, headers=headers).status_code


@pytest.mark.parametrize("secret", [None, "", SECRET[:-1], SECRET + "x", SECRET.upper(), SECRET[::-1]])
def test_nobody_without_the_secret_is_heard(relay: TestClient, secret: str | None) -> None:
    assert post(relay, b'{"action": "ANNOTATION_CREATED"}', secret) == 403
    assert post(relay, b"x" * 2 * LARGEST, secret) == 403  # nothing of the body is read


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b'{"action": []}',
        b'{"action": "TASKS_CREATED"}',
        b"\xff",
        b"[" * 5000,
        b'"ANNOTATION_CREATED"',
    ],
)
def test_what_says_nothing_of_an_annotation_is_refused(relay: TestClient, body: bytes) -> None:
    assert post(relay, body) == 400


def test_a_large_body_is_refused_however_it_is_sent(relay: TestClient) -> None:
    assert post(relay, b" " * (LARGEST + 1)) == 413
    parts = (b" " * 1000 for _ in range(1 + LARGEST // 1000))
    assert relay.post("/", content=parts, headers={SECRET_HEADER: SECRET}).status_code == 413


@pytest.mark.parametrize("action", ACTIONS)
def test_who_knows_the_secret_is_told_when_prefect_does_not_answer(relay: TestClient, action: str) -> None:
    assert post(relay, f'{{"action": "{action}"}}'.encode()) == 503


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_there_is_one_thing_to_do(relay: TestClient, method: str) -> None:
    assert relay.request(method, "/", headers={SECRET_HEADER: SECRET}).status_code == 405
    assert relay.request(method, "/other", headers={SECRET_HEADER: SECRET}).status_code == 404
