"""Tables on the command line."""

from pathlib import Path

import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from flows.stages import console
from models.inert import printable
from models.measures.measured import Measured
from reports.data import Report

_ON_SCREEN = 20
_COLORS = {"very_under": "red", "under": "red", "well": "green", "over": "blue"}


def show_balance(folder: Path, expected: dict[str, str] | None = None) -> None:
    """Print the balance.csv of a report folder, beside the expected states where there are any."""
    table = pd.read_csv(folder / "balance.csv", keep_default_na=False)
    print_balance(table, "Served balance of the confirmed codings", expected)
    for name in ("index.html", "report.xlsx", "balance.csv"):
        console.print(f"  {folder / name}", markup=False, soft_wrap=True)


def tell_measures(measured: Measured) -> None:
    """Say which columns were taken for what, which of their cells hold no value, and what to look at."""
    if measured.columns:
        told = ", ".join(f"{column} = {kind}" for column, kind in measured.columns.items())
        console.print(f"    measured: {printable(told)}", markup=False, soft_wrap=True)
    notes = [f"no value: {item}" for item in measured.unread[:_ON_SCREEN]]
    notes += [f"and {len(measured.unread) - _ON_SCREEN} more cells"] if len(measured.unread) > _ON_SCREEN else []
    for note in (*notes, *measured.notes):
        console.print(f"    {printable(note)}", style="yellow", markup=False, soft_wrap=True)


def tell_hidden(report: Report) -> None:
    """Say what a report that is to be shared leaves out."""
    if hidden := report.shared:
        parts = f"streams {hidden.streams}, nets {hidden.nets}, streams by wave {hidden.waves}"
        why = f"so that no group of fewer than {hidden.least} respondents is shown or follows by subtraction"
        console.print(f"    left out, {why}: {parts}", style="yellow", soft_wrap=True)
        console.print("    masked by rules, which miss things: have a person read it before it goes", style="yellow")


def print_balance(table: pd.DataFrame, title: str, expected: dict[str, str] | None = None) -> None:
    """Print a table of `models.balance`, one line a code."""
    title += " (✓ as expected)" if expected else ""
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    shown.add_column("code", min_width=20)  # gives way to the others: only there a name is cut
    for name in ("n", "B", "box", "size"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("state", no_wrap=True)
    shown.add_column("sure", no_wrap=True)
    for _, row in table.iterrows():
        b = f"{round(float(row['b'])):+d}".replace("+0", "0") if row["n"] else "—"
        state = f"[{_COLORS.get(row['state'], 'white')}]{row['state'] or '—'}[/]"
        if expected and (wanted := expected.get(str(row["code"]), "")):
            state += " ✓" if wanted == row["state"] else f" [red]✗ {wanted} expected[/red]"
        percentages = str(row["box"]).partition(" ")[0]
        shown.add_row(
            Text(" ".join(printable(str(row["code"])).split()), no_wrap=True, overflow="ellipsis"),
            str(row["n"]),
            b,
            percentages,
            str(row["size"]),
            state,
            f"only {row['side']}" if row["certain"] == "no" and row["side"] else str(row["certain"]),
        )
    console.print(shown)
