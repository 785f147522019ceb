"""One run a study, on PostgreSQL: the claim that a process lays to a study, whichever machine it runs on.

It is an advisory lock of a session of its own, so the server frees it when the process dies. Within a process a claim
counts its holders, since flows open a study within one another. A claim that was lost (the server was restarted, the
network was gone) stops the run at its next transaction, because another machine may have taken the study since.
"""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import URL, Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from models.errors import Busy, Unavailable
from models.store.address import place

_TRY = text("select pg_try_advisory_lock(hashtextextended(:name, 0))")
_HOLDER = text(
    "select a.application_name || ', since ' || to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI') "
    "from pg_locks l join pg_stat_activity a using (pid) "
    "where l.locktype = 'advisory' and l.granted and l.objsubid = 1 "
    "and l.database = (select oid from pg_database where datname = current_database()) "
    "and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(:name, 0)"
)
# A machine that is gone without a word is given up after about two minutes, on both sides.
_SERVER = "-c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=6"
_CLIENT = {
    "connect_timeout": 10,
    "keepalives_idle": 60,
    "keepalives_interval": 10,
    "keepalives_count": 6,
    "tcp_user_timeout": 120_000,
}


class _Claim:
    """A session that holds a study, and how many holders this process has."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.holders = connection, 0


_claims: dict[tuple[URL, str], _Claim] = {}
_guard = Lock()


@contextmanager
def claimed(url: URL, study_id: str) -> Iterator[None]:
    """Hold a study for this process while the block runs.

    Raises
    ------
    Busy
        When another process holds it.
    Unavailable
        When the claim of an outer block was lost.
    """
    key = (url, study_id)
    with _guard:
        if key not in _claims:
            _claims[key] = _Claim(_lay(url, study_id))
        _claims[key].holders += 1
    try:
        require_claim(url, study_id)
        yield
    finally:
        with _guard:
            claim = _claims[key]
            claim.holders -= 1
            if not claim.holders:
                del _claims[key]
                claim.connection.close()


def require_claim(url: URL, study_id: str) -> None:
    """Make sure that a claim of this process still stands; without one there is nothing to lose.

    Raises
    ------
    Unavailable
        When the session that held it is gone.
    """
    with _guard:
        claim = _claims.get((url, study_id))
        if claim is None:
            return
        try:
            claim.connection.execute(text("select 1"))
        except DBAPIError as error:
            raise Unavailable(
                "the connection that holds the study was lost, and another run may have taken it since",
                place(url),
                "Run again: what was stored stays, nothing is done twice.",
            ) from error


def _lay(url: URL, study_id: str) -> Connection:
    name = {"name": f"rechki study {study_id}"}
    who = f"{platform.node()[:40]}, process {os.getpid()}"
    more = {**_CLIENT, "application_name": who, "options": f"{url.query.get('options', '')} {_SERVER}"}
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=more)
    connection = engine.connect()
    if not connection.scalar(_TRY, name):
        holder = connection.scalar(_HOLDER, name)
        connection.close()
        raise Busy(
            f"another run works on this study ({holder} UTC)" if holder else "another run works on this study",
            place(url),
            "Wait until it ends, then run again.",
        )
    return connection
