"""The Jinja environments: autoescaped, strict, and without characters that no page can carry."""

from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from models.inert import printable
from reports import figures
from reports.language import RUSSIAN, language
from reports.words import PEOPLE, PHRASES, ROWS


@cache
def environment(code: str = RUSSIAN.code) -> Environment:
    """Return the environment of the pages' templates in one language; `t` says texts in it."""
    t = language(code)
    made = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    made.filters |= {
        "number": t.number,
        "points": t.points,
        "percent": t.percent,
        "plain": t.plain,
        "probability": t.probability,
        "moment": t.moment,
        "phrases": partial(t.counted, forms=PHRASES),
        "respondents": partial(t.counted, forms=PEOPLE),
        "rows": partial(t.counted, forms=ROWS),
    }
    made.globals["interval"] = figures.interval
    made.globals["t"] = t
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return made


def _printable(value: object) -> object:
    """Keep characters that no page can carry out of every text; markup of ours is left as it is."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
