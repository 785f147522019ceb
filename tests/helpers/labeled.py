"""Review tasks, a codebook and rows to try labeling on."""

from datetime import datetime
from xml.etree import ElementTree

from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from annotation.labeling import labeling_config
from models.codebook import FIXED, Codebook, Event, EventKind
from models.config import default_settings
from models.review import Kind, Line, ReviewTask
from models.store.cards import RowContext

quick = hypothesis_settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
START = datetime(2026, 1, 1)
SCALE: dict[int, str] = default_settings()["scale"]
OFFERED = ("code-a", "code-b", "code-c")
OTHERS = ("code-d", "code-e")
FIXED_IDS = tuple(code.code_id for code in FIXED)
NAME = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=20).map(
    lambda text: " ".join(text.split())
)
NAMES = NAME.filter(bool)


def group(lines: int = 5, suggested: tuple[str, ...] = ()) -> ReviewTask:
    return ReviewTask(
        "key-g",
        "purpose",
        Kind.GROUP,
        tuple(Line(f"фраза {at}", (f"p{at}",)) for at in range(lines)),
        group=0,
        about={"name": "Группа", "keywords": ["рост", "<b>"], "cohesion": 0.5},
        suggested=suggested,
    )


SINGLE = ReviewTask(
    "key-p",
    "purpose",
    Kind.PHRASE,
    (Line("снять тревогу", ("p0", "p1")),),
    about={"confidence": 0.4},
    suggested=OFFERED,
)


def sorting(lines: int = 15, *codes: str, checked: bool = False) -> ReviewTask:
    held = tuple(Line(f"фраза {at}", (f"p{at}",), checked, codes or OFFERED) for at in range(lines))
    return ReviewTask("key-s", "purpose", Kind.SORT, held, about={"confidence": 0.3})


def book(*names: str) -> Codebook:
    events = [
        Event(f"e{at}", "", START, "", EventKind.CREATE, f"code-{at}", {"name": name}, "")
        for at, name in enumerate(names)
    ]
    events += [
        Event(code, "", START, "", EventKind.CREATE, code, {"name": code.upper()}, "") for code in OFFERED + OTHERS
    ]
    return Codebook.replay("", events)


def contexts(task: ReviewTask) -> dict[str, RowContext]:
    return {phrase: RowContext("ответ целиком", 3, "потому") for phrase in task.phrase_ids}


def blind(kind: Kind = Kind.AUDIT) -> ReviewTask:
    return ReviewTask("key-b", "purpose", kind, SINGLE.lines)


def xml_of(kind: Kind, codebook: Codebook) -> ElementTree.Element:
    return ElementTree.fromstring(labeling_config(kind, codebook))  # noqa: S314  (our own text)
