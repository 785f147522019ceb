"""What is sent to Label Studio again when an answer is lost, and what is not."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest

from annotation.client import TOKEN, URL, Studio, connect, in_words
from models.config import Study, default_settings
from models.errors import Unavailable


class Forgetful(ThreadingHTTPServer):
    """Takes every request; hangs up without an answer as often as `lost` says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[str] = []
        self.lost = 0


class _Handler(BaseHTTPRequestHandler):
    server: Forgetful

    def _take(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.taken.append(self.command)
        if self.server.lost:
            self.server.lost -= 1
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_DELETE = do_PATCH = _take  # noqa: N815  (names of http.server)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forgetful]:
    with Forgetful() as made:
        Thread(target=made.serve_forever, daemon=True).start()
        monkeypatch.setenv(URL, f"http://127.0.0.1:{made.server_port}")
        monkeypatch.setenv(TOKEN, "a" * 40)
        yield made
        made.shutdown()


@pytest.fixture
def studio(server: Forgetful, tmp_path: Path) -> Studio:
    made = connect(Study(study_id=UUID(int=1), title="Проба", **default_settings()), tmp_path)
    server.taken.clear()
    return made


def test_what_may_have_been_done_is_not_sent_again(server: Forgetful, studio: Studio) -> None:
    for write in (
        lambda: studio.api.annotations.create(id=1, result=[]),
        lambda: studio.api.projects.import_tasks(id=1, request=[{}]),  # type: ignore[list-item]  # any task will do
        lambda: studio.api.projects.create(title="Проба"),
        lambda: studio.api.tasks.delete(id="1"),
    ):
        server.taken, server.lost = [], 1
        with pytest.raises(Unavailable), in_words(studio.url):
            write()
        assert len(server.taken) == 1


def test_what_only_reads_is(server: Forgetful, studio: Studio) -> None:
    server.lost = 2
    studio.api.projects.get(id=1)
    assert server.taken == ["GET"] * 3


def test_but_not_for_ever(server: Forgetful, studio: Studio) -> None:
    server.lost = 100
    with pytest.raises(Unavailable), in_words(studio.url):
        studio.api.projects.get(id=1)
    assert len(server.taken) == 3
