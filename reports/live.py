"""What makes the charts of a page live: Vega with one script of ours, inside the page and under its hash.

Vega's expressions are interpreted (`ast`), never evaluated, so that the page's policy can forbid every other script.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import vl_convert
from markupsafe import Markup


@dataclass(frozen=True)
class Live:
    """A script for a page, and its fingerprint for the Content-Security-Policy."""

    script: Markup
    fingerprint: str


@cache
def live() -> Live:
    """Return the script with all it needs; made offline, about 0.9 MB."""
    ours = files("reports").joinpath("templates", "live.js").read_text("utf-8")
    script = str(vl_convert.javascript_bundle(ours))
    if "</script" in script or "<!--" in script:  # either would end the script inside the page before its end
        script = script.replace("</script", "<\\/script").replace("<!--", "\\x3c!--")
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Live(Markup(script), f"sha256-{digest}")  # noqa: S704 - the script is ours
