"""What several tests share: cards of the example, a study at work, and the command line as a user runs it."""

import csv
import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import httpx
from dated import of_yesterday
from label_studio_sdk import LabelStudio

from annotation.client import Studio, connect
from annotation.scripted import ScriptedAnalyst, Truth
from annotation.server import LocalServer
from flows.study import FRAME, open_study
from models.config import load_study

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "gsr"


def write_cards(path: Path, first: int, last: int) -> Path:
    """Some of the example's cards as a file of their own."""
    with (EXAMPLE / "gsr_cards.csv").open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)[first:last]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, reader.fieldnames or [])
        writer.writeheader()
        writer.writerows(rows)
    return of_yesterday(path)


@dataclass
class Work:
    """A study of some example cards, and a scripted analyst for it."""

    folder: Path

    def studio(self) -> Studio:
        return connect(load_study(self.folder))

    def analyst(self) -> ScriptedAnalyst:
        truth = Truth.read(EXAMPLE / "gsr_truth.csv", EXAMPLE / "gsr_codes.csv")
        with open_study(self.folder) as opened:
            return ScriptedAnalyst(opened.store, opened.private, self.studio(), FRAME, truth)

    def review(self, most: int | None = None) -> int:
        return self.analyst().review(most)


def another_person(studio: Studio, email: str) -> Studio:
    """Sign up by an invitation, as an annotator does."""
    invited = httpx.get(f"{studio.url}/api/invite", headers=owners_head()).json()["invite_url"]
    with httpx.Client(base_url=studio.url, follow_redirects=True, timeout=60) as browser:
        page = browser.get(invited)
        secret = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert secret
        form = {"csrfmiddlewaretoken": secret[1], "email": email, "password": "longer-than-8", "allow_newsletters": ""}
        browser.post(invited, data=form, headers={"Referer": studio.url})
        token = browser.get("/api/current-user/token").json()["token"]
    return Studio(LabelStudio(base_url=studio.url, api_key=token, timeout=120), studio.url, studio.instance)


def owners_head() -> dict[str, str]:
    signing = LocalServer().signing()
    assert signing
    return {"Authorization": f"Token {signing.token}"}


def rechki(*arguments: str | Path, timeout: float = 240, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line as a user does."""
    program = Path(sys.executable).parent / "rechki"
    return subprocess.run(
        [program, *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def rechki_here(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line inside this process: the same words and exit codes, without ten seconds of imports."""
    from flows.cli import main

    out, told, code = io.StringIO(), io.StringIO(), 0
    words = ["rechki", *map(str, arguments)]
    as_called = (patch.dict(os.environ, environment), patch.object(sys, "argv", words))
    with as_called[0], as_called[1], redirect_stdout(out), redirect_stderr(told):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), told.getvalue())
