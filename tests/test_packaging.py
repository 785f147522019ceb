"""What a wheel must hold is named in pyproject.toml."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SETUP = PROJECT["tool"]["setuptools"]
SOURCE_ALONE = {"models/store/migrations/script.py.mako"}  # new migrations are written in a checkout


def test_every_file_of_the_packages_is_in_a_wheel() -> None:
    named = {package.replace(".", "/") for package in SETUP["packages"]}
    held = {path for package in named for path in (ROOT / package).glob("*.py")}
    for package, patterns in SETUP["package-data"].items():
        held |= {path for pattern in patterns for path in (ROOT / package).glob(pattern)}
    top = {package.split("/")[0] for package in named}
    there = {path for name in top for path in (ROOT / name).rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert len(there) > 200
    assert {str(path.relative_to(ROOT)) for path in there - held} == SOURCE_ALONE


def test_what_is_installed_from_a_wheel_works_outside_the_checkout(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", "77")  # what builds it; pip would fetch it from the network
    source, here, held = tmp_path / "source", tmp_path / "here", tmp_path / "held"
    for name in sorted({package.split(".")[0] for package in SETUP["packages"]}):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    build = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", here)
    subprocess.run([sys.executable, *build, source], check=True, timeout=200)
    (wheel,) = here.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(held)
    shutil.copy(ROOT / "examples" / "gsr" / "gsr_coded.csv", here)
    shutil.copy(ROOT / "examples" / "gsr" / "gsr_cards.csv", here)
    run = "import flows, sys; from flows.cli import main; print(flows.__file__, file=sys.stderr); main()"
    told = []
    for command in (
        ("--version",),
        ("balance", "gsr_coded.csv", "--out", "report"),  # the reports with their templates, the page's script
        ("init", "study", "--cards", "gsr_cards.csv"),  # the forms, the settings
        ("status", "study"),  # the migrations of the database
        ("check", "study"),  # the masking, the cuts
    ):
        done = subprocess.run(
            [sys.executable, "-c", run, *command],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(held)},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert str(held) in done.stderr, "another Rechki was run"
        told.append(done.stdout)
    assert told[0] == f"rechki {PROJECT['project']['version']}\n"
    assert "Лояльность" in told[1]
    assert "111 cards, 169 purpose rows" in told[-1]
    assert (here / "report" / "index.html").stat().st_size > 100_000
