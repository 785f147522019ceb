"""The data of a task and the regions of a result, as Label Studio stores them, whatever the kind of task."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.codebook import Target
from models.plural import plural
from models.review import ReviewTask

Json = dict[str, Any]
KEY = "rechki_key"
HIDDEN = (KEY, "suggested_name", "about_html", "members", "card_html", "suggested", "count")  # in the table
HTML = '<div style="font-family: system-ui, sans-serif; font-size: 14px; color: inherit">{}</div>'


def choices(name: str, to: str, values: Sequence[str]) -> Json:
    """Return the region of a control of choices."""
    return {"id": name, "from_name": name, "to_name": to, "type": "choices", "value": {"choices": list(values)}}


def taxonomy(name: str, to: str, values: Sequence[str]) -> Json:
    """Return the region of a searchable list, one level deep."""
    paths = [[value] for value in values]
    return {"id": name, "from_name": name, "to_name": to, "type": "taxonomy", "value": {"taxonomy": paths}}


def typed(name: str, to: str, text: str) -> Json:
    """Return the region of a text that was typed."""
    return {"id": name, "from_name": name, "to_name": to, "type": "textarea", "value": {"text": [text]}}


def imported(task: ReviewTask, data: Json, result: Sequence[Json] | None) -> Json:
    """Return a task as it is imported, with its prediction; without one where the result is None."""
    confidence = task.about.get("confidence", task.about.get("cohesion", 0.0))
    score = float(confidence) if isinstance(confidence, (int, float)) else 0.0
    predictions = [] if result is None else [{"score": score, "result": result}]
    return {"data": {KEY: task.key, **data}, "predictions": predictions}


def said(result: Sequence[Json]) -> dict[str, list[str]]:
    """Return values by control, whatever else a region carries."""
    out: dict[str, list[str]] = {}
    for region in result:
        value = region.get("value") or {}
        found = value.get("choices") or value.get("text") or [p[-1] for p in value.get("taxonomy") or [] if p]
        out.setdefault(str(region.get("from_name")), []).extend([found] if isinstance(found, str) else found)
    return out


def texts(values: Sequence[str]) -> list[str]:
    """Return typed texts without blank ones, their spaces put in order."""
    return [" ".join(text.split()) for text in values if text.strip()]


def target(values: Mapping[str, Sequence[str]]) -> Target | None:
    """Return whether a code is a target, where the person was asked."""
    return next((Target(value) for value in values.get("target", []) if value in set(Target)), None)


def phrases(count: int) -> str:
    """Return a number of phrases in words."""
    return f"{count} {plural(count, 'фраза', 'фразы', 'фраз')}"
