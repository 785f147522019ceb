"""balance.csv, nets.csv, waves.csv and fixed_codes.csv: the numbers for other programs."""

import pandas as pd

from models.inert import cell
from reports.data import Report

BALANCE = (
    *("code", "code_id", "rows", "n", "respondents", "e", "u", "d", "b"),
    *("state", "certain", "box", "size", "target", "strategy"),
)
INTERVAL = ("share", "b_low", "b_high", "level")
NETS = (
    *("net", "codes", "rows", "n", "respondents", "e", "u", "d", "b", "state", "certain", "box", "size"),
    *INTERVAL,
)
FIXED = ("code", "code_id", "rows", "respondents")


def balance_csv(report: Report) -> bytes:
    """Write the served balance: percent and points unrounded, nothing where no row is scored.

    The agreed columns come first; then the share of respondents in percent, and the interval of B with its level.
    """
    return plain_csv(report.balance[[*BALANCE, *INTERVAL]])


def nets_csv(report: Report) -> bytes:
    """Write the served balance of the nets; only a header when no code has one."""
    return plain_csv(report.nets[list(NETS)])


def waves_csv(report: Report) -> bytes:
    """Write the served balance by wave, with the changes of B; only a header with fewer than two waves."""
    return plain_csv(report.waves)


def fixed_csv(report: Report) -> bytes:
    """Write the counts of the fixed codes."""
    return plain_csv(report.fixed[list(FIXED)])


def plain_csv(table: pd.DataFrame) -> bytes:
    """UTF-8 without a mark, as programs expect it (people have the workbook); commas; harmless text."""
    safe = table.map(lambda value: cell(value) if isinstance(value, str) else value)
    return safe.to_csv(index=False, lineterminator="\r\n").encode()
