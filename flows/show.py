"""Tables on the command line."""

from pathlib import Path

import pandas as pd
from rich import box
from rich.markup import escape
from rich.table import Table

from flows.stages import console
from models.inert import printable

_COLORS = {"very_under": "red", "under": "red", "well": "green", "over": "blue"}


def show_balance(folder: Path, expected: dict[str, str] | None = None) -> None:
    """Print the balance.csv of a report folder, beside the expected states where there are any."""
    table = pd.read_csv(folder / "balance.csv", keep_default_na=False)
    print_balance(table, "Served balance of the confirmed codings", expected)
    for name in ("index.html", "report.xlsx", "balance.csv"):
        console.print(f"  {folder / name}", markup=False, soft_wrap=True)


def print_balance(table: pd.DataFrame, title: str, expected: dict[str, str] | None = None) -> None:
    """Print a table of `models.balance`, one line a code."""
    title += " (✓ as expected)" if expected else ""
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("code", overflow="fold", min_width=20)
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
            escape(printable(str(row["code"]))),
            str(row["n"]),
            b,
            percentages,
            str(row["size"]),
            state,
            str(row["certain"]),
        )
    console.print(shown)
