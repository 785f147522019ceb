"""Tables on the command line."""

from pathlib import Path

import pandas as pd
from rich.markup import escape
from rich.table import Table

from flows.stages import console

_COLORS = {"very_under": "red", "under": "red", "well": "green", "over": "blue"}


def show_balance(folder: Path, expected: dict[str, str] | None = None) -> None:
    """Print the balance.csv of a report folder, beside the expected states where there are any."""
    table = pd.read_csv(folder / "balance.csv", keep_default_na=False)
    shown = Table(title="Served balance of the confirmed codings", title_justify="left")
    shown.add_column("code", overflow="fold", min_width=24)
    for name in ("rows", "n", "B", "box score", "size"):
        shown.add_column(name, justify="right")
    for name in ("state", "certain", "target", "strategy", *(("expected",) if expected else ())):
        shown.add_column(name)
    for _, row in table.iterrows():
        b = f"{float(row['b']):+.0f}" if row["b"] != "" else "—"
        state = f"[{_COLORS.get(row['state'], 'white')}]{row['state'] or '—'}[/]"
        cells = [escape(str(row["code"])), str(row["rows"]), str(row["n"]), b, str(row["box"]), str(row["size"]), state]
        cells += [str(row["certain"]), str(row["target"]), str(row["strategy"]).replace("|", " or ")]
        if expected:
            wanted = expected.get(str(row["code"]), "")
            cells.append(wanted + (" ✓" if wanted == row["state"] else " ✗" if wanted else ""))
        shown.add_row(*cells)
    console.print(shown)
    for name in ("index.html", "report.xlsx", "balance.csv"):
        console.print(f"  {folder / name}", markup=False)
