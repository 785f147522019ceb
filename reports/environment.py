"""The one Jinja environment: autoescaped, strict, and without characters that no page can carry."""

from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from models.inert import printable
from reports import figures


@cache
def environment() -> Environment:
    """Return the environment of the pages' templates."""
    made = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    made.filters |= {
        "number": figures.number,
        "points": figures.points,
        "percent": figures.percent,
        "plain": figures.plain,
        "probability": figures.probability,
        "moment": figures.moment,
        "phrases": partial(figures.counted, one="фраза", few="фразы", many="фраз"),
        "respondents": partial(figures.counted, one="респондент", few="респондента", many="респондентов"),
    }
    made.globals["interval"] = figures.interval
    return made


def _printable(value: object) -> object:
    """Keep characters that no page can carry out of every text; markup of ours is left as it is."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
