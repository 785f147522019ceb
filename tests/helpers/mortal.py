"""Runs of the command line in processes of their own, which may die of SIGKILL at a named call.

One process has imported everything and forks each run, so that a run does not begin with ten seconds of imports.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

IMPORTED = (
    *("flows.cli", "flows.advance", "flows.report", "annotation.push", "annotation.pull", "reports.write"),
    *("models.encoder.bundled", "models.clusters.proposal", "models.privacy.masking", "hdbscan", "slovnet", "spacy"),
)


def killed_advance(folder: Path, target: str, when: str, nth: int) -> None:
    """Advance a study and die at the nth call of a target, ``module:Class.function``.

    Parameters
    ----------
    when : str
        ``before`` or ``after`` the call; ``during`` it, 50 ms after its start, while the other side is at work.
    """
    done = _run_of(["rechki", "advance", str(folder)], die=[target, when, nth])
    assert done.returncode == -signal.SIGKILL, f"{target} was never reached:\n{done.stdout}"


def rechki_forked(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own; what it prints to either stream is in `stdout`.

    Prefect's settings are those of the first call: the environment cannot change them.
    """
    return _run_of(["rechki", *map(str, arguments)], environment)


def _run_of(
    argv: list[str], environment: Mapping[str, str] | None = None, die: list[object] | None = None
) -> "subprocess.CompletedProcess[str]":
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", suffix=".log") as log:
        told = {"die": die, "argv": argv, "environment": {**os.environ, **(environment or {})}, "log": log.name}
        mother = _mother()
        assert mother.stdin is not None
        assert mother.stdout is not None
        mother.stdin.write(f"{json.dumps(told)}\n")
        mother.stdin.flush()
        code = int(mother.stdout.readline())
        return subprocess.CompletedProcess(argv, code, log.read(), "")


@cache
def _mother() -> "subprocess.Popen[str]":
    """The process that forks; it ends with this one, when its input closes."""
    return subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _fork_runs() -> None:
    for module in IMPORTED:
        import_module(module)
    assert threading.active_count() == 1, "a process with threads must not fork"
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _run(**json.loads(line))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


def _run(die: tuple[str, str, int] | None, argv: list[str], environment: dict[str, str], log: str) -> NoReturn:
    out = os.open(log, os.O_WRONLY)
    for standard in (1, 2):
        os.dup2(out, standard)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = argv
    from flows.cli import main

    if die:
        _arm(*die)
    main()
    sys.exit()  # as the command line ends: with what Prefect does at an exit


def _arm(target: str, when: str, nth: int) -> None:
    module, _, path = target.partition(":")
    owner: Any = import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            _die()
        if calls == nth and when == "during":
            threading.Timer(0.05, _die).start()
        result = original(*args, **kwargs)
        if calls == nth and when in ("after", "during"):
            _die()
        return result

    setattr(owner, name, deadly)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _fork_runs()
