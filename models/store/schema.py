"""The tables. Every key begins with `study_id`, so that one PostgreSQL serves many studies."""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData()


def _key(name: str, kind: type[TypeEngine[Any]] = String) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


study = Table(
    "study",
    metadata,
    _key("study_id"),
    Column("title", String, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("key_check", String, comment="tells the study's secret key from another one"),
)

source_file = Table(
    "source_file",
    metadata,
    _key("study_id"),
    _key("file_hash"),
    Column("name", String, nullable=False),
    Column("read_at", DateTime, nullable=False),
    Column("cards", Integer, nullable=False),
    Column("notes", JSON, nullable=False, comment="[row, words] of every row or cell that was not taken as it stands"),
)

card = Table(
    "card",
    metadata,
    _key("study_id"),
    _key("card_id"),
    Column("file_hash", String, nullable=False),
    Column("source_row", Integer, nullable=False),
    Column("respondent", String, nullable=False, index=True),
    Column("submitted_at", DateTime),
    Column("wave", String, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("content", String, nullable=False),
)

purpose_row = Table(
    "purpose_row",
    metadata,
    _key("study_id"),
    _key("card_id"),
    _key("row", Integer),
    Column("score", Integer),
    Column("purpose", Text, nullable=False, comment="masked"),
    Column("why", Text, nullable=False, comment="masked"),
)

phrase = Table(
    "phrase",
    metadata,
    _key("study_id"),
    _key("phrase_id"),
    Column("frame", String, nullable=False),
    Column("card_id", String, nullable=False),
    Column("row", Integer, nullable=False),
    Column("field", String, nullable=False),
    Column("start", Integer, nullable=False, comment="in the verbatim"),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False, comment="masked"),
    Column("text_key", Text, nullable=False),
    Column("non_answer", Boolean, nullable=False),
    Column("whole", Boolean, nullable=False, server_default=false(), comment="the uncut answer, beside its parts"),
)

vector = Table(
    "vector",
    metadata,
    _key("study_id"),
    _key("fingerprint"),
    _key("text_hash"),
    Column("raw", LargeBinary, nullable=False, comment="float32, little-endian"),
)

vector_space = Table(
    "vector_space",
    metadata,
    _key("study_id"),
    _key("fingerprint"),
    Column("encoder", String, nullable=False),
    Column("blocks", JSON, nullable=False),
    Column("mean", LargeBinary, nullable=False),
    Column("fitted_on", Integer, nullable=False),
    Column("fitted_at", DateTime, nullable=False),
)

proposal = Table(
    "proposal",
    metadata,
    _key("study_id"),
    _key("proposal_id"),
    Column("frame", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("made_at", DateTime, nullable=False),
    Column("number", Integer, nullable=False, comment="1 for the study's first proposal"),
)

proposal_group = Table(
    "proposal_group",
    metadata,
    _key("study_id"),
    _key("proposal_id"),
    _key("number", Integer),
    Column("about", JSON, nullable=False),
)

membership = Table(
    "membership",
    metadata,
    _key("study_id"),
    _key("proposal_id"),
    _key("phrase_id"),
    Column("number", Integer, nullable=False, comment="-1: unassigned"),
    Column("nearest", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("place", Integer, nullable=False, comment="order within the group"),
    Column("x", Float, comment="on the map, -1 to 1"),
    Column("y", Float),
)

project = Table(
    "project",
    metadata,
    _key("study_id"),
    _key("instance"),
    _key("frame"),
    _key("kind"),
    Column("project", Integer, nullable=False),
    Column("pulled_to", DateTime, comment="tasks changed before this are pulled; UTC"),
)

task = Table(
    "task",
    metadata,
    _key("study_id"),
    _key("task_key"),
    Column("frame", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("proposal_id", String, nullable=False),
    Column("group_number", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("lines", JSON, nullable=False),
    Column("about", JSON, nullable=False),
    Column("suggested", JSON, nullable=False),
    Column("planned_at", DateTime, nullable=False),
    Column("place", Integer, nullable=False, comment="order of planning"),
)

annotation = Table(
    "annotation",
    metadata,
    _key("study_id"),
    _key("instance"),
    _key("project", Integer),
    _key("annotation_id", Integer),
    _key("revision", Integer),
    Column("task_key", String, nullable=False),
    Column("annotator", String, nullable=False),
    Column("changed_at", DateTime, nullable=False, comment="UTC, the server's clock"),
    Column("content", String, nullable=False, comment="hash of what the person sent"),
    Column("result", JSON, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("problem", Text, comment="why it cannot count"),
    Column("pulled_at", DateTime, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    _key("study_id"),
    _key("decision_id"),
    Column("frame", String, nullable=False),
    Column("phrase_id", String, nullable=False),
    Column("annotator", String, nullable=False),
    Column("decided_at", DateTime, nullable=False),
    Column("role", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("codes", JSON, nullable=False),
    Column("suggested", JSON, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("lead_time", Float),
    Column("origin", String, nullable=False, index=True),
)

codebook_event = Table(
    "codebook_event",
    metadata,
    _key("study_id"),
    _key("event_id"),
    Column("sequence", Integer, nullable=False),
    Column("frame", String, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("who", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("code_id", String, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("origin", String, nullable=False),
)
