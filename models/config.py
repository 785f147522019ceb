"""study.yaml: one strict, typed configuration with the defaults of configs/study.yaml."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from models.errors import RechkiError, require_file
from models.yaml_faults import fault_in, wrong_keys

STUDY_FILE = "study.yaml"
Percent = Annotated[float, Field(ge=-100, le=100)]


class Strict(BaseModel):
    """A section of study.yaml: unknown keys are errors, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class RowColumns(Strict):
    """The columns of one purpose row of a card."""

    purpose: str
    score: str | None = None
    why: str | None = None


WaveBy = Literal["year", "quarter", "month", "week"]


class Columns(Strict):
    """Which column of the card files means what.

    In a wide layout a line is a card with one entry of `rows` a purpose. In a long one a line is a purpose: there is
    one entry, and lines with the same id (or date and time) make a card; `row` numbers them.
    """

    id: str | None = None
    respondent: str | None = None
    date: str | None = None
    wave: str | None = None
    layout: Literal["wide", "long"] = "wide"
    row: str | None = None
    rows: tuple[RowColumns, ...] = ()
    attributes: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_purpose_a_line(self) -> "Columns":
        if self.layout == "long" and len(self.rows) > 1:
            raise ValueError("layout: long has one purpose a line, so rows must hold one entry")
        return self

    def named(self) -> tuple[str, ...]:
        """Return the columns that are read, in the order of this section."""
        single = (self.id, self.respondent, self.date, self.wave, self.row)
        several = (name for row in self.rows for name in (row.purpose, row.score, row.why))
        return tuple(name for name in (*single, *several, *self.attributes) if name)


class Cards(Strict):
    """How card files are read."""

    columns: Columns = Columns()
    dayfirst: bool = True
    wave_by: WaveBy | None = None
    handed_out: int | None = Field(default=None, ge=1)


class Phrases(Strict):
    """How a purpose becomes phrases."""

    split: bool = True
    split_at: float = Field(default=0.54, gt=0, le=1)
    non_answers: tuple[str, ...] = ()


class Privacy(Strict):
    """What is kept of the unmasked text."""

    keep_verbatims: bool = True


class Encoding(Strict):
    """Where phrases are encoded: in the run's own process, or in those of a Dask cluster."""

    dask: str = ""
    workers: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _known_place(self) -> "Encoding":
        if self.dask not in ("", "local") and "://" not in self.dask:
            raise ValueError("dask must be empty, local, or an address such as tcp://host:8786")
        return self


class Proposal(Strict):
    """How phrases are proposed as groups; `models.clusters` says what each number does."""

    min_phrases: int = Field(default=20, ge=4)
    finer: float = Field(default=0.03, ge=-0.3, le=0.5)
    most_groups: int = Field(default=100, ge=3)
    unassigned: float = Field(default=0.1, ge=0, le=0.9)
    resamples: int = Field(default=40, ge=8)
    landmarks: int = Field(default=4000, ge=20, le=10_000)
    seed: int = 2025


class Review(Strict):
    """What is sent to Label Studio."""

    page_size: int = Field(default=30, ge=5, le=30)
    label_studio_url: str | None = None
    instance: str | None = None
    scripted: bool = False
    audit: float = Field(default=0.1, ge=0, le=1)
    audit_least: int = Field(default=20, ge=0)
    double_coded: float = Field(default=0, ge=0, le=1)


class Certainty(Strict):
    """When a state is called certain."""

    probability: float = Field(default=0.8, gt=0, lt=1)
    respondents: int = Field(default=5, ge=1)


class Balance(Strict):
    """The cuts of the served balance, in points of B and percent."""

    weights: Literal["row", "1/k"] = "row"
    over: Percent = 50
    under: Percent = -25
    very_under_dissatisfied: Percent = 50
    polarised: Percent = 25
    size_bounds: tuple[Percent, Percent, Percent, Percent] = (4, 9, 14, 22)
    certain: Certainty = Certainty()
    interval: float = Field(default=90, ge=50, lt=100)
    draws: int = Field(default=4000, ge=200)

    @model_validator(mode="after")
    def _in_order(self) -> "Balance":
        if self.under >= self.over:
            raise ValueError("balance.under must be below balance.over")
        if list(self.size_bounds) != sorted(set(self.size_bounds)):
            raise ValueError("balance.size_bounds must grow")
        return self


class Pages(Strict):
    """How the report reads."""

    language: Literal["ru", "en"] = "ru"


class MeasureColumns(Strict):
    """Attributes of the cards by meaning: without a name the header decides, an empty name means none.

    `csi` lists the columns of the items, `importance` names the column of an item's importance by the item's column.
    """

    nps: str | None = None
    csi: tuple[str, ...] | None = None
    importance: dict[str, str] = {}
    segment: str | None = None
    revenue: str | None = None
    purchases: str | None = None
    cycle: str | None = None
    support: str | None = None
    margin: str | None = None
    first_date: str | None = None
    last_date: str | None = None
    stage: str | None = None
    role: str | None = None


class Measures(Strict):
    """What is computed beside the balance where the cards have columns for it."""

    columns: MeasureColumns = MeasureColumns()
    money: Literal["card", "client"] = "card"
    revenue_share: float = Field(default=80, gt=0, le=100)
    permanent_after: int = Field(default=180, ge=1)
    owners: dict[str, str] = {}
    last_cards: int = Field(default=5, ge=1)
    alpha: float = Field(default=0.05, gt=0, lt=0.5)


class Share(Strict):
    """What a report that leaves the team may show; with two, each would know the other."""

    respondents: int = Field(default=5, ge=3)


class Schedule(Strict):
    """When a study advances by itself."""

    cron: str = "0 * * * *"
    timezone: str = "Europe/Moscow"

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is no time zone such as Europe/Moscow") from error
        return name


class Event(StrEnum):
    """What people may be told of."""

    REVIEW = "review"
    THEME = "theme"
    REPORT = "report"
    FAILED = "failed"
    REFUSED = "refused"


class Notify(Strict):
    """What people are told of; where to is a secret and stands in the environment."""

    events: tuple[Event, ...] = tuple(Event)


class Study(Strict):
    """A whole study.yaml."""

    study_id: UUID
    title: str = Field(min_length=1, max_length=120)
    encoder: str = "bundled"
    encoder_prompt: str = ""
    encoder_adapter: str = ""
    encoding: Encoding = Encoding()
    scale: dict[int, str]
    frames: tuple[Literal["purpose", "why"], ...] = ("purpose",)
    cards: Cards = Cards()
    phrases: Phrases = Phrases()
    privacy: Privacy = Privacy()
    proposal: Proposal = Proposal()
    review: Review = Review()
    balance: Balance = Balance()
    report: Pages = Pages()
    measures: Measures = Measures()
    share: Share = Share()
    schedule: Schedule = Schedule()
    notify: Notify = Notify()

    @model_validator(mode="after")
    def _six_levels(self) -> "Study":
        if sorted(self.scale) != [0, 1, 2, 3, 4, 5]:
            raise ValueError("scale needs one text for each of the levels 0, 1, 2, 3, 4, 5")
        return self

    @field_validator("frames", mode="before")
    @classmethod
    def _purposes_first(cls, value: object) -> object:
        if not isinstance(value, list | tuple) or list(value) not in (["purpose"], ["purpose", "why"]):
            raise ValueError("must be [purpose], or [purpose, why] to code the reasons for scores as well")
        return value


def default_settings() -> dict[str, Any]:
    """Return configs/study.yaml, the defaults every study starts from."""
    loaded: dict[str, Any] = YAML(typ="safe").load(files("configs").joinpath("study.yaml").read_text("utf-8"))
    return loaded


def default_study(title: str) -> Study:
    """Return the default settings, for files that belong to no study yet."""
    return Study.model_validate({**default_settings(), "study_id": UUID(int=0), "title": title})


def load_settings(path: Path, title: str) -> Study:
    """Read a file like study.yaml, of which no key is needed, for a table that belongs to no study.

    Raises
    ------
    RechkiError
        When the file is not there or no YAML, or a key or value is wrong; the key is named.
    """
    require_file(path)
    return _checked(path, {"study_id": str(UUID(int=0)), "title": title, **_own(path, "Correct the file.")})


def unused_settings(path: Path, used: Collection[str]) -> list[str]:
    """Name what a file of settings sets beside `used`: sections, and keys of those of which only keys are used."""
    unused = []
    for key, value in _own(path, "Correct the file.").items():
        below = value if isinstance(value, Mapping) and any(name.startswith(f"{key}.") for name in used) else None
        unused += [f"{key}.{name}" for name in below] if below is not None else [key]
    return [name for name in unused if name not in used]


def load_study(folder: Path) -> Study:
    """Read and check the study.yaml of a study folder.

    Raises
    ------
    RechkiError
        When the folder is no study, the file is no YAML, or a key or value is wrong; the key is named.
    """
    path = folder / STUDY_FILE
    if not path.is_file():
        raise RechkiError("there is no study.yaml here", str(folder), f"Make a study first: rechki init {folder}")
    return _checked(path, _own(path, f"Make it anew with: rechki init {folder} --force"))


def _own(path: Path, do: str) -> dict[str, Any]:
    try:
        own = YAML(typ="safe").load(path.read_text("utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise RechkiError(fault_in(error), str(path), "Correct the file; it must be UTF-8.") from error
    if not isinstance(own, dict):
        raise RechkiError("the file holds no settings", str(path), do)
    return own


def _checked(path: Path, own: Mapping[str, Any]) -> Study:
    try:
        return Study.model_validate(_merged(default_settings(), own))
    except ValidationError as error:
        raise RechkiError(wrong_keys(error, Study), str(path), "Correct the keys named above.") from error


def save_study(folder: Path, settings: Mapping[str, Any]) -> None:
    """Check settings and write them as study.yaml; nothing is written when they are wrong."""
    try:
        Study.model_validate(_merged(default_settings(), settings))
    except ValidationError as error:
        raise RechkiError(
            wrong_keys(error, Study), str(folder / STUDY_FILE), "Correct the keys named above."
        ) from error
    _write(folder, _round_trip(), dict(settings))


def change_study(folder: Path, **values: object) -> None:
    """Change top-level keys of a study.yaml; the rest of the file, its comments too, stays as it is."""
    yaml = _round_trip()
    own = yaml.load((folder / STUDY_FILE).read_text("utf-8"))
    own.update(values)
    Study.model_validate(_merged(default_settings(), own))
    _write(folder, yaml, own)


def _round_trip() -> YAML:
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 120
    return yaml


def _write(folder: Path, yaml: YAML, settings: Mapping[str, Any]) -> None:
    text = StringIO()
    yaml.dump(settings, text)
    partial = folder / f".{STUDY_FILE}.part"
    partial.write_text(text.getvalue(), "utf-8")
    partial.replace(folder / STUDY_FILE)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one mapping over another, section by section; lists are replaced whole."""
    out = dict(base)
    for key, value in over.items():
        below = out.get(key)
        out[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return out
