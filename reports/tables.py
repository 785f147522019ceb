"""The numbers for other programs: balance, nets, waves, measures, fixed codes, criteria and backlog as CSV files."""

import pandas as pd

from models.criteria import BACKLOG, CRITERIA
from models.inert import cell
from reports.data import Report

BALANCE = (
    *("code", "code_id", "rows", "n", "respondents", "e", "u", "d", "b"),
    *("state", "certain", "box", "size", "target", "strategy"),
)
CHOSEN = ("strategy_override", "strategy_reason")
SIDE = ("side",)
INTERVAL = ("share", "b_low", "b_high", "level")
NETS = (
    *("net", "codes", "rows", "n", "respondents", "e", "u", "d", "b", "state", "certain", "box", "size"),
    *INTERVAL,
)
FIXED = ("code", "code_id", "rows", "respondents")


def balance_csv(report: Report) -> bytes:
    """Write the served balance: percent and points unrounded, nothing where no row is scored.

    The agreed columns come first; then the share of respondents in percent, the interval of B with its level, the
    strategy that the analyst chose with the reason, and the side (under, well, over) that is sure.
    """
    return plain_csv(report.balance[[*BALANCE, *INTERVAL, *CHOSEN, *SIDE]])


def nets_csv(report: Report) -> bytes:
    """Write the served balance of the nets; only a header when no code has one."""
    return plain_csv(report.nets[list(NETS)])


def waves_csv(report: Report) -> bytes:
    """Write the served balance by wave, with the changes of B; only a header with fewer than two waves."""
    return plain_csv(report.waves)


def measures_csv(report: Report) -> bytes:
    """Write the measures, one line a measure, stream and category; only a header without columns for any."""
    return plain_csv(report.measured.table)


def fixed_csv(report: Report) -> bytes:
    """Write the counts of the fixed codes."""
    return plain_csv(report.fixed[list(FIXED)])


def criteria_csv(report: Report) -> bytes:
    """Write the criteria people judge by, from the coded reasons; only a header where these are not coded."""
    return plain_csv(report.reasons.tables.table if report.reasons else pd.DataFrame(columns=list(CRITERIA)))


def backlog_csv(report: Report) -> bytes:
    """Write what to improve, what lacks most first; only a header where the reasons are not coded."""
    return plain_csv(report.reasons.tables.backlog if report.reasons else pd.DataFrame(columns=list(BACKLOG)))


def plain_csv(table: pd.DataFrame) -> bytes:
    """UTF-8 without a mark, as programs expect it (people have the workbook); commas; harmless text."""
    safe = table.map(lambda value: cell(value) if isinstance(value, str) else value)
    return safe.to_csv(index=False, lineterminator="\r\n").encode()
