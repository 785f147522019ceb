"""Label Studio wakes a scheduled study through the relay; nobody else does, and nobody often."""

import asyncio
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prefect.exceptions import ObjectNotFound
from prefect_api import Json, deploy_all, deployment, post, until
from processes import BIN, ROOT, running
from support import Work, rechki_here

from annotation.process import free_port
from annotation.webhooks import SECRET_HEADER, subscribe, unsubscribe
from flows.propose import propose
from flows.relay import LARGEST, SECRET, Relay
from flows.scheduling import deployment_name
from flows.status import status_of
from flows.study import FRAME, read_study
from models.config import load_study
from models.store import review

HEARD = {"action": "ANNOTATION_CREATED"}


@pytest.fixture
def relayed(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """The address and the secret of a relay beside a schedule that does nothing by itself."""
    propose(str(work.folder))
    secret, port = secrets.token_urlsafe(24), free_port()
    monkeypatch.setenv(SECRET, secret)
    url = f"http://127.0.0.1:{port}/"
    with (
        running(BIN / "rechki", "schedule", work.folder, "--cron", "0 0 1 1 *", log=tmp_path / "schedule"),
        running(BIN / "rechki", "relay", work.folder, "--port", str(port), "--every", "10", log=tmp_path / "relay"),
    ):
        deployment(served(work))
        until(lambda: answers(url), "the relay does not listen", 60)
        yield url, secret
    assert not [hook for hook in work.studio().api.webhooks.list() if hook.url == url]
    assert secret not in (tmp_path / "relay").read_text() + (tmp_path / "schedule").read_text()


def served(work: Work) -> str:
    return f"advance/{deployment_name(work.folder, load_study(work.folder))}"


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == httpx.codes.METHOD_NOT_ALLOWED
    except httpx.HTTPError:
        return False


def woken(work: Work) -> list[Json]:
    return woken_of(deployment(served(work))["id"])


def woken_of(found: str) -> list[Json]:
    runs = post("/flow_runs/filter", {"deployments": {"id": {"any_": [found]}}})
    return [run for run in runs if not run["auto_scheduled"]]


def of_here(runs: list[Json], work: Work) -> list[Json]:
    """The runs of studies that stand where this test's study does."""
    return [run for run in runs if work.folder.parent.name in Path(run["parameters"]["study"]).parts]


def test_an_answer_in_label_studio_is_collected_without_waiting_for_the_schedule(
    work: Work, relayed: tuple[str, str]
) -> None:
    assert status_of(work.folder).review.confirmed == 0
    assert work.review(3) == 3
    until(lambda: status_of(work.folder).review.confirmed, "nothing was collected", 120)
    assert 1 <= len(woken(work)) <= 3
    until(lambda: all(run["state_type"] == "COMPLETED" for run in woken(work)), "a woken run stands", 120)


def test_only_who_knows_the_secret_wakes_and_the_same_words_again_wake_nothing(
    work: Work, relayed: tuple[str, str]
) -> None:
    url, secret = relayed
    right = {SECRET_HEADER: secret}
    for headers in ({}, {SECRET_HEADER: ""}, {SECRET_HEADER: secret[:-1]}, {SECRET_HEADER: secret.upper() + "x"}):
        assert httpx.post(url, json=HEARD, headers=headers).status_code == httpx.codes.FORBIDDEN
    for body in (b"", b"[]", b"{", b'{"action": "TASKS_CREATED"}', b'{"action": []}', b"[" * 5000, b"\xff"):
        assert httpx.post(url, content=body, headers=right).status_code == httpx.codes.BAD_REQUEST
    large = b'{"action": "ANNOTATION_CREATED"}' + b" " * LARGEST
    assert httpx.post(url, content=large, headers=right).status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    chunks = (b" " * 1000 for _ in range(100))
    assert httpx.post(url, content=chunks, headers=right).status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert woken(work) == []
    for _ in range(30):
        assert httpx.post(url, json=HEARD, headers=right).status_code == httpx.codes.ACCEPTED
    assert 1 <= len(woken(work)) <= 2  # thirty requests may stand on both sides of a span's end


def test_a_relay_without_a_schedule_says_so(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRET, "short")
    done = rechki_here("relay", work.folder)
    assert done.returncode == 1
    assert "shorter than 16 letters" in done.stderr
    assert "short\n" not in done.stderr


def test_the_deployment_of_a_work_pool_is_woken_too_and_rather_one_that_is_polled(work: Work) -> None:
    deploy_all(os.path.relpath(work.folder, ROOT))  # as prefect.yaml has it: from where it was deployed
    pooled = deployment("advance/advance")["id"]  # which other tests deploy too: theirs are other studies
    relay = Relay(work.folder, "a-secret-of-some-length", 10)
    asyncio.run(relay.wake(datetime(2100, 1, 1, tzinfo=UTC)))
    asyncio.run(Relay(work.folder, relay.secret, 10).wake(datetime(2100, 1, 1, 0, 0, 9, tzinfo=UTC)))  # the same span
    (run,) = of_here(woken_of(pooled), work)
    assert run["parameters"]["study"] == os.path.relpath(work.folder, ROOT)
    post("/deployments/get_scheduled_flow_runs", {"deployment_ids": [pooled]})  # as a worker does
    unserved = {"name": work.folder.name, "flow_id": deployment("advance/advance")["flow_id"]}
    unserved = post("/deployments/", {**unserved, "parameters": {"study": str(work.folder)}})
    asyncio.run(relay.wake(datetime(2100, 1, 2, tzinfo=UTC)))
    assert (len(of_here(woken_of(pooled), work)), woken_of(unserved["id"])) == (2, [])
    elsewhere = Relay(work.folder.parent / "other", relay.secret, 10)
    with pytest.raises(ObjectNotFound):
        asyncio.run(elsewhere.wake(datetime(2100, 1, 1, tzinfo=UTC)))
    elsewhere.deployment = "advance/advance"
    asyncio.run(elsewhere.wake(datetime(2100, 1, 1, tzinfo=UTC)))
    assert {run["parameters"]["study"] for run in of_here(woken_of(pooled), work)} == {
        os.path.relpath(work.folder, ROOT),
        str(elsewhere.study),
    }


def test_a_project_that_was_deleted_does_not_keep_the_others_from_being_heard(work: Work) -> None:
    propose(str(work.folder))
    studio, url = work.studio(), f"http://127.0.0.1:{free_port()}/"
    with read_study(work.folder) as opened, opened.store.transaction() as tx:
        known = sorted(number for _, number in review.projects(tx, FRAME))
    gone = studio.api.projects.create(title="Удалённый проект")
    studio.api.projects.delete(id=gone.id)
    try:
        subscribe(studio, [gone.id, *known], url, "a-secret-of-some-length")
        assert sorted(hook.project for hook in studio.api.webhooks.list() if hook.url == url) == known
    finally:
        unsubscribe(studio, url)
