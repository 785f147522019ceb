"""The README's commands for one's own cards, typed as they stand there."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from support import EXAMPLE

from annotation.server import LocalServer

ROOT = Path(__file__).resolve().parents[2]
PARTS = (".venv", ".venv-studio", "Makefile", "pyproject.toml", "constraints.txt", "constraints-studio.txt")


def commands_for_own_cards() -> list[str]:
    text = (ROOT / "README.md").read_text("utf-8")
    block = text[text.index("## Your own cards") :].split("```console\n")[1].split("```")[0]
    return [re.sub(r"\s+#.*", "", line[2:]) for line in block.splitlines() if line.startswith("$ ")]


@pytest.mark.timeout(400)
def test_the_commands_for_own_cards_work_as_they_stand(tmp_path: Path) -> None:
    for part in PARTS:
        (tmp_path / part).symlink_to(ROOT / part)
    shutil.copyfile(EXAMPLE / "gsr_cards.csv", tmp_path / "answers.csv")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "RECHKI_"))}
    environment["RECHKI_HOME"] = str(tmp_path / "home")
    commands = commands_for_own_cards()
    assert [line.split()[0] for line in commands] == [".venv/bin/rechki"] * 2 + ["make", ".venv/bin/rechki", "make"]
    try:
        for line in commands:
            done = subprocess.run(
                shlex.split(line),
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=240,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            if "make up" in line:
                signed = LocalServer(tmp_path / "home").signing()
                assert signed is not None
                assert signed.url in done.stdout
                assert signed.password not in done.stdout
        assert (tmp_path / "studies" / "first" / "reports" / "index.html").exists()
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{signed.url}/health")
    finally:
        LocalServer(tmp_path / "home").stop()
