"""Colours of the charts: seen by everybody, on light and on dark paper."""

import itertools
import re
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pytest

CSS = files("reports").joinpath("templates", "report.css").read_text("utf-8")
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#\w+)", part)) for part in CSS.split("@media")[:2])
MARKS = ("mark-very", "mark-under", "mark-well", "mark-over")
BARS = ("bar-02", "bar-3", "bar-5")
# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear RGB
SEEN = {
    "all colours": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> npt.NDArray[np.float64]:
    full = colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
    rgb = np.array([int(full[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1: the ratio of relative luminances."""
    light = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def lab(rgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """CIELAB of linear sRGB under D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ rgb.clip(0, 1) / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_and_bars_stand_out_from_the_paper(theme: dict[str, str]) -> None:
    paper = theme["paper"]
    assert {
        name: round(contrast(theme[name], paper), 2) for name in (*MARKS, *BARS) if contrast(theme[name], paper) < 3
    } == {}
    assert contrast(theme["ink"], paper) >= 7
    assert min(contrast(theme[name], paper) for name in ("soft", "link")) >= 4.5


@pytest.mark.parametrize("vision", SEEN)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("together", [MARKS, BARS])
def test_colours_that_stand_together_differ_for_everybody(
    theme: dict[str, str], vision: str, together: tuple[str, ...]
) -> None:
    for one, other in itertools.combinations(together, 2):
        seen = [lab(SEEN[vision] @ linear(theme[name])) for name in (one, other)]
        assert np.linalg.norm(seen[0] - seen[1]) > 15, f"{one} and {other}"


def test_files_have_the_colours_of_light_paper() -> None:
    from reports import charts, streams

    for colour in (*streams.COLOURS.values(), charts.DISSATISFIED, charts.NEUTRAL, charts.EXCEEDED):
        name, value = re.findall(r"var\(--([\w-]+), (#\w+)\)", colour)[0]
        assert LIGHT[name] == value
