"""What all charts share: a declaration in pixels, drawn as SVG without a browser, and told in words.

A chart stands on the page twice: as this SVG, which needs nothing, and as its declaration, which the page's script
makes live. Files for slides and letters are made of the same SVG with the colours written out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import vl_convert

from reports.placing import LINE

INK, PAPER = "currentColor", "var(--paper, #fff)"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_INK_OF_FILES = "#1c1f22"
_PNG_SCALE = 2


Values = Sequence[Mapping[str, Any]]
Channel = Mapping[str, Any]
Encoding = Mapping[str, Channel | Sequence[Channel]]


@dataclass(frozen=True)
class Layer:
    """One layer of a Vega-Lite chart: its values, the mark that stands for each, how it looks, and the encoding."""

    values: Values
    mark: Literal["text", "rule", "rect", "bar", "point", "line"]
    look: Mapping[str, Any]
    encoding: Encoding


@dataclass(frozen=True)
class Drawing:
    """A chart: its name (of files and of ids on the page), the SVG, and the Vega-Lite declaration of the same."""

    name: str
    svg: str
    declaration: Mapping[str, Any]

    @property
    def file_svg(self) -> str:
        """The SVG for programs that know neither a page's colours nor its paper."""
        plain = re.sub(r"var\(--[\w-]+, (#\w+)\)", r"\1", self.svg).replace("currentColor", _INK_OF_FILES)
        start = plain.index(">", plain.index("<svg")) + 1
        return f'{plain[:start]}<rect width="100%" height="100%" fill="#fff"/>{plain[start:]}'

    @property
    def file_png(self) -> bytes:
        """The same as pixels, twice as many as the SVG says."""
        return bytes(vl_convert.svg_to_png(self.file_svg, scale=_PNG_SCALE))


def drawn(
    layers: Iterable[Layer],
    name: str,
    title: str,
    facts: str,
    frame: tuple[float, float, float, float],
    size: tuple[float, float],
    params: Iterable[Mapping[str, Any]] = (),
) -> Drawing:
    """Draw layers as one chart, with a title and the same facts in sentences as its text alternative.

    Parameters
    ----------
    frame : (left, top, right, bottom)
        Pixels around the plot.
    size : (width, height)
        Pixels of the plot.
    params : iterable of mapping
        What a reader may choose on the live chart: Vega-Lite's variable parameters.
    """
    left, top, right, bottom = frame
    datasets: dict[str, Values] = {}
    declaration = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": size[0],
        "height": max(size[1], 1),
        "autosize": {"type": "none"},
        "padding": {"left": left, "right": right, "top": top, "bottom": bottom},
        "config": {"aria": False, "background": "transparent", "font": FONT, "view": {"stroke": None}},
        "params": list(params),
        "layer": [_declared(layer, datasets) for layer in layers],
        "datasets": datasets,
    }
    svg = str(vl_convert.vegalite_to_svg(declaration))
    start = svg.index(">") + 1
    opening = svg[: start - 1].replace(' class="marks"', "")
    described = (
        f'{opening} role="img" aria-labelledby="{name}-t" aria-describedby="{name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(facts)}</desc>{svg[start:]}'
    )
    return Drawing(name, described, declaration)


def _declared(layer: Layer, datasets: dict[str, Values]) -> dict[str, Any]:
    """Declare a layer; layers of the same values share them."""
    known = next((name for name, values in datasets.items() if values is layer.values), f"d{len(datasets)}")
    datasets[known] = layer.values
    return {"data": {"name": known}, "mark": {"type": layer.mark, **layer.look}, "encoding": layer.encoding}


def x_of(field: str, low: float = -100, high: float = 100) -> Channel:
    """Place along the width: points of B, or any other domain."""
    return {"field": field, "type": "quantitative", "scale": {"domain": [low, high], "nice": False}, "axis": None}


def y_of(height: float, field: str = "y") -> Channel:
    """Place along the height; places are pixels already, so the scale changes nothing."""
    flat = {"domain": [0, max(height, 1)], "range": [0, max(height, 1)], "nice": False}
    return {"field": field, "type": "quantitative", "scale": flat, "axis": None}


def at(pixels: float) -> Channel:
    """Place at a pixel of the plot."""
    return {"value": pixels}


def said(field: str = "t") -> Channel:
    """Write the text of a field."""
    return {"field": field, "type": "nominal"}


def as_it_is(field: str) -> Channel:
    """Take a colour or a shape from a field."""
    return {"field": field, "type": "nominal", "scale": None, "legend": None}


def tip(field: str, title: str) -> Channel:
    """One line of the words under the pointer."""
    return {"field": field, "type": "nominal", "title": title}


def text(
    values: Values,
    height: float,
    x: float,
    align: Literal["left", "right"],
    weight: Literal[400, 600] = 400,
    opacity: float = 1,
    size: int = 13,
    tips: Sequence[Channel] = (),
) -> Layer:
    """Write one text a value, from or up to one edge; `tips` are the words under the pointer."""
    look = {
        "align": align,
        "baseline": "alphabetic",
        "color": INK,
        "fontSize": size,
        "fontWeight": weight,
        "opacity": opacity,
        "lineBreak": "\n",
        "lineHeight": LINE,
    }
    places: Encoding = {"x": at(x), "y": y_of(height), "text": said()}
    return Layer(values, "text", look, {**places, "tooltip": tips} if tips else places)
