"""Who should have helped: the role a client went to, against the owner of the stream."""

from collections.abc import Iterator

from models.errors import RechkiError
from models.measures.cells import label
from models.measures.exact import share_interval
from models.measures.panel import Line, Panel, Part
from models.text import text_key


def routing_lines(panel: Panel) -> Iterator[Line]:
    """Yield for every stream with an owner the share of its respondents who went to somebody else, in percent.

    ``category`` is the owner; ``count`` of ``respondents`` went elsewhere, each respondent once, by the latest card of
    the stream that names a role; ``missing`` are those who named none. The interval is Wilson's.

    Raises
    ------
    RechkiError
        When study.yaml names an owner for a code that is not there.
    """
    owners = _owners(panel)
    roles = panel.facts.cards["role"].dropna()
    place = {card: at for at, card in enumerate(roles.index)}  # the latest card comes last
    for stream in panel.streams:
        owner = owners.get(stream.code_id)
        if stream.part is not Part.CODE or owner is None:
            continue
        latest: dict[str, str] = {}
        for row in sorted(stream.rows, key=lambda row: place.get(row.card_id, -1)):
            if row.card_id in place:
                latest[row.respondent] = str(roles[row.card_id])
        asked = len({row.respondent for row in stream.rows})
        count, n = sum(role != label(owner) for role in latest.values()), len(latest)
        low, high = share_interval(count, n, panel.level)
        line = stream.about | {"category": owner, "respondents": n, "missing": asked - n, "count": count}
        yield line | {"value": 100 * count / n if n else float("nan"), "low": low, "high": high}


def _owners(panel: Panel) -> dict[str, str]:
    """The owner by code id; study.yaml may name a code by its name or id."""
    by_name = {text_key(code.name): code.code_id for code in panel.codes if not code.retired}
    by_name |= {code.code_id: code.code_id for code in panel.codes}
    found = {}
    for name, owner in panel.settings.measures.owners.items():
        code_id = by_name.get(name) or by_name.get(text_key(name))
        if code_id is None:
            raise RechkiError(f"there is no code {name!r}", "measures.owners", "Write a code's name or its id.")
        found[code_id] = owner
    return found
