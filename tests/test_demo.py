"""The demo touches nothing that somebody works with; tests/real runs it whole."""

from pathlib import Path

import pytest
from dotenv import load_dotenv

from annotation.client import TOKEN, URL, connect
from annotation.server import HOME
from flows.demo import _make_study, _set_apart, example_folder
from flows.notify import TO
from models.config import load_study
from models.errors import RechkiError
from models.store.address import DATABASE_URL, address, sqlite_address


def test_a_demo_is_a_world_of_its_own_whatever_stands_in_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = {URL: "http://127.0.0.1:1", TOKEN: "theirs", DATABASE_URL: "postgresql://there/db", TO: "json://there"}
    for name in theirs:
        monkeypatch.setenv(name, "set outside")
    monkeypatch.setenv(HOME, "set outside")
    (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in theirs.items()), "utf-8")
    _set_apart(tmp_path)
    _make_study(tmp_path / "study", example_folder())
    load_dotenv(tmp_path / ".env")  # as every run does
    assert address(tmp_path / "study") == sqlite_address(tmp_path / "study")
    settings = load_study(tmp_path / "study")
    assert settings.notify.events == ()
    with pytest.raises(RechkiError, match="no Label Studio is known"):
        connect(settings)
