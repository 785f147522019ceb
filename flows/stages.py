"""Stages of long work: people see what runs, how far it is and how long it took; Prefect gets a progress artifact."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.context import TaskRunContext
from rich.console import Console
from rich.markup import escape

from models.phrases import PURPOSE_FRAME

console = Console(highlight=False)
if not console.is_terminal:
    console.width = 1000  # a file has no edge: names stand whole, and a line is one line
_EVERY = 1.0


@dataclass
class Stage:
    """One stage at work."""

    name: str
    words: str = ""
    _told: float = field(default_factory=time.monotonic)
    _artifact: UUID | None = None

    def note(self, text: str) -> None:
        """Tell what a person should know of it."""
        console.print(f"    {text}", style="yellow", markup=False, soft_wrap=True)

    def progress(self, done: int, of: int) -> None:
        """Tell how far it is, at most once a second."""
        if time.monotonic() - self._told < _EVERY and done < of:
            return
        self._told = time.monotonic()
        if done < of or self._artifact:
            console.print(f"    {done} of {of}", style="dim")
            self._report(100 * done / max(of, 1))

    def _report(self, percent: float) -> None:
        if TaskRunContext.get() is None:
            return
        if self._artifact is None:
            self._artifact = create_progress_artifact(progress=percent, description=self.name)  # type: ignore[assignment]
        else:
            update_progress_artifact(artifact_id=self._artifact, progress=percent)


@contextmanager
def stage(name: str, frame: str = PURPOSE_FRAME) -> Iterator[Stage]:
    """Announce a stage, and say at its end what it found (`words`) and the seconds it took.

    Of another code frame than that of the purposes the stage's name says so.
    """
    name += f" ({frame})" if frame != PURPOSE_FRAME else ""
    begun = time.monotonic()
    console.print(f"  {name} …", style="dim")
    at_work = Stage(name)
    yield at_work
    took = time.monotonic() - begun
    words = f"[green]✓[/green] {name}: {escape(at_work.words or 'done')} [dim]({took:.1f} s)[/dim]"
    console.print(f"  {words}", soft_wrap=True)
