"""The README names what there is, and all of it; tests/real/test_readme_commands.py runs its commands."""

import re
from pathlib import Path

import pytest
import typer

from flows.cli import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [str(page.relative_to(ROOT)) for at in (".", "docs", "deploy") for page in sorted((ROOT / at).glob("*.md"))]


def commands() -> set[str]:
    group = typer.main.get_command(app)
    found = set()
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found |= {f"{name} {under}" for under in below} if below else {name}
    return found


def test_every_command_is_in_the_readme() -> None:
    rows = re.findall(r"`rechki (studio|codes) ([a-z|\\]+)", README)
    several = {f"{group} {name}" for group, names in rows for name in names.split("\\|")}
    assert {name for name in commands() if f"rechki {name}" not in README} <= several <= commands()


def test_every_command_the_readme_names_exists() -> None:
    named = set(re.findall(r"rechki ([a-z]+)", README))
    assert named <= {command.split()[0] for command in commands()}


def test_both_commands_stand_on_the_first_screen() -> None:
    first_screen = README.splitlines()[:15]
    assert any("make demo" in line for line in first_screen)
    assert any("make test" in line for line in first_screen)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_and_picture_exists(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_every_make_target_the_readme_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"(?:`|\$ )make (?:[A-Z_]+=\S+ )*([a-z-]+)", README):
        assert f"\n{target}:" in makefile, target


def test_help_shows_an_example_of_every_command() -> None:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        for each in getattr(command, "commands", {name: command}).values():
            assert "Example:" in (each.help or ""), name
