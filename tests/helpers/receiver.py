"""A real HTTP receiver of messages, such as a team's webhook, on loopback."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Receiver:
    """What arrived; `answer` is the status code that messages are answered with."""

    port: int = 0
    answer: int = 200
    tries: int = 0
    taken: list[dict[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Its address as Apprise knows it, with a secret in it."""
        return f"json://team:{SECRET}@127.0.0.1:{self.port}/hook"

    @property
    def messages(self) -> list[str]:
        return [taken["message"] for taken in self.taken]


SECRET = "s3cret-of-the-team"


@contextmanager
def receiving() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.tries += 1
            if found.answer == 200:
                found.taken.append(json.loads(body))
            self.send_response(found.answer)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_port
        Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()
