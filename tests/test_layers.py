"""Imports point one way: flows -> annotation, reports -> models."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"models", "annotation", "reports", "flows", "configs"}
ALLOWED = {
    "models": {"models", "configs"},
    "annotation": {"annotation", "models", "configs"},
    "reports": {"reports", "models", "configs"},
    "flows": {"flows", "annotation", "reports", "models", "configs"},
    "configs": {"configs"},
}
LABEL_STUDIO = {"label_studio_sdk", "label_studio"}
KEPT_TO = {"annotation": LABEL_STUDIO, "flows": {"prefect", "typer", "apprise"}}
MODULES = sorted(path for package in ALLOWED for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Top-level packages a module imports, wherever in it the import stands."""
    package = path.relative_to(ROOT).parts[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0] if node.level == 0 else package
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield ast.unparse(node.args[0]).strip("'\"").split(".")[0]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_are_modules_in_every_package() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(ALLOWED)
    assert len(MODULES) > 40


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_imports_upward_or_sideways(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    assert set(imported(path)) & PACKAGES <= ALLOWED[package]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_prefect_and_label_studio_stay_in_their_layer(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    foreign = {name for layer, names in KEPT_TO.items() if layer != package for name in names}
    assert not set(imported(path)) & foreign


@pytest.mark.parametrize("path", [path for path in MODULES if path.is_relative_to(ROOT / "models")], ids=name_of)
def test_the_science_knows_no_network(path: Path) -> None:
    assert not set(imported(path)) & {"httpx", "requests", "urllib", "socket", "fastapi"}


def test_the_check_would_notice_a_wrong_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("test_layers.ROOT" if __name__ == "test_layers" else f"{__name__}.ROOT", tmp_path)
    path = tmp_path / "models" / "bad.py"
    path.parent.mkdir()
    path.write_text("def f():\n    from flows.cli import main\n    import label_studio_sdk.client as ls\n", "utf-8")
    assert set(imported(path)) == {"flows", "label_studio_sdk"}
