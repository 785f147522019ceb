"""What the newest wave says of a stream, beside the wave before and beside all waves together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.waves import Part, Verdict
from reports import words
from reports.data import Report
from reports.language import Language
from reports.named import Stream, isolated, listed, name_of, named


@dataclass(frozen=True)
class Newest:
    """A stream in all waves together, in the newest, and B in the wave before that (NaN where it had none)."""

    stream: Stream
    line: Stream
    before: float

    @property
    def side(self) -> str:
        """Under, well or over where that is sure in the newest wave, else empty."""
        return str(self.line["side"])

    @property
    def changed(self) -> bool:
        """Whether it may be claimed that B is another one than in the wave before."""
        return self.line["verdict"] in (Verdict.UP, Verdict.DOWN)

    @property
    def overtaken(self) -> bool:
        """Whether a claimed change makes what all waves say together untrue, or no longer sure, of the newest one."""
        return self.changed and self.side != self.stream["side"]

    @property
    def apart(self) -> bool:
        """Whether it is sure that the stream is under- or overserved now, and not so in all waves together."""
        return self.side in ("under", "over") and self.side != self.stream["side"]


News = Mapping[str, Newest]  # by code id


def newest_of(report: Report) -> News:
    """Return by code id what the newest wave changes, the largest stream first; nothing of the other streams."""
    by_code: dict[str, dict[str, Stream]] = {}
    for line in report.waves.to_dict("records"):
        if line["part"] == Part.WAVE:
            by_code.setdefault(line["code_id"], {})[line["wave"]] = line
    found = (_of(stream, by_code[stream["code_id"]]) for stream in _streams(report) if stream["code_id"] in by_code)
    return {new.stream["code_id"]: new for new in found if new.changed or new.apart}


def now_of(news: News, t: Language) -> str:
    """Say what the newest wave changes: where B fell or rose, and who is under- or overserved in it alone."""
    if not news:
        return ""
    parts = []
    for verdict, said in (
        (Verdict.DOWN, "B ниже, чем в волне {since}: {names}"),
        (Verdict.UP, "B выше, чем в волне {since}: {names}"),
    ):
        if of_verdict := [new for new in news.values() if new.line["verdict"] == verdict]:
            names = listed([f"{name_of(new.stream, t)} ({_moved(new, t)})" for new in of_verdict], t)
            parts.append(t(said, since=isolated(of_verdict[0].line["since"]), names=names))
    for side, one, more in (("under", "недообслужен", "недообслужены"), ("over", "переобслужен", "переобслужены")):
        if of_side := [new.stream for new in news.values() if new.side == side and not new.changed]:
            state = t(one) if len(of_side) == 1 else t(more)
            names = named(of_side, t)
            parts.append(t("{state} {names}, чего по всем волнам вместе не скажешь", state=state, names=names))
    return t("В волне {wave} {parts}.", wave=wave_of(next(iter(news.values()))), parts="; ".join(parts))


def _moved(new: Newest, t: Language) -> str:
    moved = t("с {before} до {now}", before=t.points(new.before, 0), now=t.points(new.line["b"], 0))
    return moved + t(", теперь {state}", state=state_now(new, t)) if new.overtaken else moved


def state_now(new: Newest, t: Language) -> str:
    """Say how a stream is served in the newest wave, or that this cannot be told for sure."""
    return t(words.STATES[new.side]) if new.side else t(words.UNSURE)


def overtaken(stream: Stream, news: News) -> bool:
    """Whether a claimed change contradicts what is told of a stream in all waves together."""
    new = news.get(stream["code_id"])
    return new is not None and new.overtaken


def wave_of(new: Newest) -> str:
    """Name the newest wave."""
    return isolated(new.line["wave"])


def _streams(report: Report) -> list[dict[Any, Any]]:
    return report.balance.to_dict("records")


def _of(stream: Stream, by_wave: Mapping[str, Stream]) -> Newest:
    *_, line = by_wave.values()  # in the order of time
    before = by_wave.get(line["since"])
    return Newest(stream, line, float(before["b"]) if before else float("nan"))
