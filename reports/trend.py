"""How B of one stream went from wave to wave: a small chart with the interval of every wave."""

from collections.abc import Sequence

import pandas as pd

from models.config import Balance
from models.inert import printable
from models.waves import Part
from reports.drawing import INK, PAPER, Drawing, Encoding, Layer, as_it_is, at, drawn, said, tip, x_of, y_of
from reports.figures import interval
from reports.language import RUSSIAN, Language
from reports.placing import Line
from reports.words import certainty, state

MOST = 8  # waves on one chart, the latest; the workbook has all
_STEP, _HEIGHT, _LONGEST = 74, 110, 10


def trend_of(
    waves: pd.DataFrame, code_id: str, settings: Balance, name: str = "trend", t: Language = RUSSIAN
) -> Drawing | None:
    """Draw B and its interval in every wave; None where fewer than two waves have a B.

    Parameters
    ----------
    waves : DataFrame
        From `models.waves.wave_balance`.
    """
    of_code = waves[(waves["code_id"] == code_id) & (waves["part"] == Part.WAVE)].to_dict("records")[-MOST:]
    scored = [(at, line) for at, line in enumerate(of_code) if line["n"]]
    if len(scored) < 2:
        return None
    facts = " ".join(_fact(line, t) for line in of_code)
    title = t("B по волнам: {name}", name=printable(of_code[0]["code"]))
    width = _STEP * len(of_code)
    return drawn(_layers(of_code, scored, settings, width, t), name, title, facts, (40, 8, 8, 24), (width, _HEIGHT))


def _layers(
    of_code: Sequence[Line], scored: Sequence[tuple[int, Line]], settings: Balance, width: float, t: Language
) -> list[Layer]:
    shown = [
        {
            "x": (number + 0.5) * _STEP,
            "y": _y(line["b"]),
            "low": _y(line["b_low"]),
            "high": _y(line["b_high"]),
            "fill": INK if line["certain"] == "yes" or line["side"] else PAPER,
            "wave": printable(line["wave"]),
            "told": f"{t.points(line['b'])} ({interval(line['b_low'], line['b_high'])})",
            "state": _state(line, t),
            "people": str(line["respondents"]),
        }
        for number, line in scored
    ]
    names = [{"x": (number + 0.5) * _STEP, "t": _short(printable(line["wave"]))} for number, line in enumerate(of_code)]
    ticks = [{"y": _y(point), "t": t.points(point, 0)} for point in (-100, 0, 100)]
    field = [{"y": _y(settings.over), "y2": _y(settings.under)}]
    tips = [
        *(tip("wave", t("Волна")), tip("told", "B"), tip("state", t("Состояние"))),
        tip("people", t("Респондентов")),
    ]
    x, y = x_of("x", 0, width), y_of(_HEIGHT)
    small = {"color": INK, "fontSize": 10, "opacity": 0.8}
    span = {"x": x, "y": y_of(_HEIGHT, "low"), "y2": {"field": "high"}}
    mark: Encoding = {"x": x, "y": y, "fill": as_it_is("fill"), "tooltip": tips}
    return [
        Layer(
            field,
            "rect",
            {"color": INK, "opacity": 0.055},
            {"y": y, "y2": {"field": "y2"}, "x": at(0), "x2": at(width)},
        ),
        Layer(ticks, "rule", {"color": INK, "opacity": 0.2}, {"y": y}),
        Layer(ticks, "text", {**small, "align": "right"}, {"x": at(-6), "y": y, "text": said()}),
        Layer(names, "text", small, {"x": x, "y": at(_HEIGHT + 14), "text": said()}),
        Layer(shown, "line", {"color": INK, "opacity": 0.45, "strokeWidth": 1.5}, {"x": x, "y": y}),
        Layer(shown, "rule", {"color": INK, "strokeWidth": 1.5}, span),
        Layer(shown, "point", {"size": 70, "strokeWidth": 2, "stroke": INK, "opacity": 1}, mark),
    ]


def _y(b: float) -> float:
    return (100 - b) / 200 * _HEIGHT


def _short(wave: str) -> str:
    return wave if len(wave) <= _LONGEST else wave[: _LONGEST - 1].rstrip() + "…"


def _state(line: Line, t: Language) -> str:
    return ", ".join(filter(None, (state(line, t), certainty(line, t))))


def _fact(line: Line, t: Language) -> str:
    wave, between = printable(line["wave"]), interval(line["b_low"], line["b_high"])
    if not line["n"]:
        return t("Волна {wave}: {state}.", wave=wave, state=state(line, t))
    return t(
        "Волна {wave}: B {b} ({between}), {state}.",
        wave=wave,
        b=t.points(line["b"]),
        between=between,
        state=_state(line, t),
    )
