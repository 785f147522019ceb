"""Run the command line and die of SIGKILL at a named call.

Usage: python die_at.py module:Class.function before|after|during N ARGUMENTS OF RECHKI

`during` lets the call start and kills the process 50 ms later, while the other side is at work.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(target: str, when: str, nth: int) -> None:
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
            die()
        if calls == nth and when == "during":
            threading.Timer(0.05, die).start()
        result = original(*args, **kwargs)
        if calls == nth and when in ("after", "during"):
            die()
        return result

    setattr(owner, name, deadly)


if __name__ == "__main__":
    target, when, nth, *arguments = sys.argv[1:]
    arm(target, when, int(nth))
    sys.argv = ["rechki", *arguments]
    from flows.cli import main

    main()
