"""Telling people what a run found, through Apprise. A message that cannot be sent never fails a run."""

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from apprise import Apprise
from prefect.blocks.system import Secret
from prefect.context import FlowRunContext

from annotation.client import connect
from flows.stages import console, stage
from flows.study import OpenStudy, open_study
from models.config import Event, load_study
from models.errors import RechkiError
from models.news import News, of_death, of_failure, of_file, of_report, of_review, of_themes
from models.review import Kind, ReviewTask
from models.store import cards, review
from models.store.alarms import read_themes
from models.store.database import Transaction
from models.store.memory import recall, remembering

TO = "RECHKI_NOTIFY"
BLOCK = "rechki-notify"
_MOST_TRIES = 5
_MOST_LINES = 20
_SENDING, _SENT, _FAILED = "sending", "sent", "failed"


def tell_news(study: str) -> None:
    """Send what is new since the last message; the outermost run does it at its end."""
    if not _outermost():
        return
    with _harmless(), open_study(study) as opened:
        _forget(opened.folder)
        if addresses := _addresses():
            found = [news for news in _news(opened) if news.event in opened.settings.notify.events]
            _send(opened.folder, opened.settings.title, found, addresses)


def _forget(folder: Path) -> None:
    """After a success the next failure is news again; of reports the last is all that can come again."""
    with remembering(folder) as memory:
        last = f"{Event.REPORT}/{memory.last.evidence}" if memory.last else ""
        passing = (f"{Event.FAILED}/", f"{Event.REPORT}/")
        memory.told = {key: told for key, told in memory.told.items() if key == last or not key.startswith(passing)}


def tell_failure(study: str, error: Exception) -> None:
    """Send that a run failed: what was found, without a customer's words; of an unknown error only its kind."""
    what = error.what if isinstance(error, RechkiError) else f"ошибка {type(error).__name__}, см. журнал прогона"
    _tell_of_failing(study, of_failure(what, _digest(what)))


@contextmanager
def at_work(study: str) -> Iterator[None]:
    """Note that a run is at work, and send that the run before it was killed, if it was."""
    if not _outermost():
        yield
        return
    with remembering(Path(study)) as memory:
        was_killed, memory.at_work = memory.at_work, True
    if was_killed:
        _tell_of_failing(study, of_death())
    try:
        yield
    finally:
        with remembering(Path(study)) as memory:
            memory.at_work = False


def _tell_of_failing(study: str, news: News) -> None:
    if not _outermost():
        return
    folder = Path(study).resolve()
    with _harmless():
        try:
            settings = load_study(folder)
            title, events = settings.title, settings.notify.events
        except RechkiError:  # perhaps that is the failure
            title, events = folder.name, tuple(Event)
        if Event.FAILED in events and folder.is_dir():
            _send(folder, title, [news], _addresses())


@contextmanager
def _harmless() -> Iterator[None]:
    """Go on whatever goes wrong with telling; an error's text could name an address, so only its kind is said."""
    try:
        yield
    except Exception as error:
        console.print(f"  people were not told: {type(error).__name__}", style="yellow", markup=False)


def _outermost() -> bool:
    context = FlowRunContext.get()
    return context is None or context.flow_run is None or context.flow_run.parent_task_run_id is None


def _addresses() -> list[str]:
    """Apprise addresses: of the environment, else of a Secret block of Prefect; both hold secrets."""
    return os.environ.get(TO, "").split() or _of_block().split()


def _of_block() -> str:
    try:
        return str(cast(Secret[str], Secret.load(BLOCK)).get())
    except ValueError:  # there is none
        return ""


def _news(opened: OpenStudy) -> Iterator[News]:
    memory = recall(opened.folder)
    with opened.store.transaction() as tx:
        files = cards.read_files(tx)
        themes = [theme for frame in opened.frames for theme in read_themes(tx, frame, opened.settings.cards.wave_by)]
        pages = [task for frame in opened.frames for task in _open_pages(tx, frame)]
    groups = {(task.proposal_id, task.group) for task in pages}
    frames = list(dict.fromkeys(task.frame for task in pages))
    places = _places(opened, frames) if frames else []
    yield from of_review({proposal for proposal, _ in groups}, len(groups), places)
    yield from of_themes({theme.key: len(theme.phrases) for theme in themes})
    yield from of_report(memory.last) if memory.last else ()
    yield from (of_file(file.name, file.digest, len(file.notes)) for file in files if file.notes)
    yield from (of_file(found.name, found.digest or found.name, 0) for found in memory.refusals if not found.fresh)


def _open_pages(tx: Transaction, frame: str) -> list[ReviewTask]:
    done = review.answered(tx) | review.withdrawn_tasks(tx, frame)
    return [task for task in review.tasks(tx, frame, Kind.GROUP) if task.key not in done]


def _places(opened: OpenStudy, frames: Sequence[str]) -> list[str]:
    try:
        studio = connect(opened.settings)
    except RechkiError:
        return []
    with opened.store.transaction() as tx:
        known = [review.project(tx, studio.instance, frame, Kind.GROUP) for frame in frames]
    return [studio.project_url(found[0]) for found in known if found]


def _send(folder: Path, title: str, found: Sequence[News], addresses: Iterable[str]) -> None:
    """Send each address what it was not told yet, a message an event; what is sent is written down before and after."""
    sent = failed = 0
    for address in addresses:
        for event in Event:
            news = _claim(folder, [one for one in found if one.event is event], _digest(address))
            if not news:
                continue
            good = _deliver(address, f"Речки: {title}", news)
            _note(folder, news, _digest(address), good)
            sent, failed = sent + good, failed + (not good)
    if sent or failed:
        with stage("Telling people") as at:
            at.words = f"{sent} messages sent" + (f", {failed} not: the next run tries again" if failed else "")


def _claim(folder: Path, found: Sequence[News], receiver: str) -> list[News]:
    """Return the news that a receiver was not told, and note that they are being sent.

    A run that is killed while it sends leaves that note: the message may have arrived, so it is not sent again.
    """
    with remembering(folder) as memory:
        fresh = [news for news in found if any(_open(memory.told.get(key, {}).get(receiver)) for key in news.keys)]
        for key in (key for news in fresh for key in news.keys):
            told = memory.told.setdefault(key, {})
            told[receiver] = f"{_SENDING} {_tries(told.get(receiver)) + 1}"
    return fresh


def _note(folder: Path, found: Sequence[News], receiver: str, good: bool) -> None:
    with remembering(folder) as memory:
        for told in (memory.told[key] for news in found for key in news.keys):
            told[receiver] = _SENT if good else f"{_FAILED} {_tries(told[receiver])}"


def _open(told: str | None) -> bool:
    return told is None or (told.startswith(_FAILED) and _tries(told) < _MOST_TRIES)


def _tries(told: str | None) -> int:
    return int(told.split()[1]) if told and " " in told else 0


def is_address(address: str) -> bool:
    """Tell whether Apprise knows how to send to an address; nothing is sent."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # what it logs may name an address
    try:
        return bool(Apprise().add(address))
    except Exception:  # half an address makes some of its parsers fail
        return False


def _deliver(address: str, title: str, found: Sequence[News]) -> bool:
    words = [news.words for news in found[:_MOST_LINES]]
    words += [f"и ещё {len(found) - _MOST_LINES}"] if len(found) > _MOST_LINES else []
    try:
        return is_address(address) and bool(Apprise(address).notify(title=title, body="\n".join(words)))
    except Exception:  # whatever a receiver's plug-in raises, the run's work is done
        return False


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
