"""The findings of `rechki check` on a file or on the files of a study."""

from pathlib import Path

from flows.stages import console
from flows.study import CARDS
from models.checking import Check, check_file, settings_for
from models.config import default_settings, load_study
from models.errors import RechkiError
from models.reading import card_files

_SHOWN = 20


def check_path(path: Path) -> list[Check]:
    """Check a file, or every file of a study.

    Raises
    ------
    RechkiError
        When there is nothing to check, or a file is no table of cards.
    """
    if not path.is_dir():
        return [check_file(path, settings_for(path, default_settings()))]
    settings = load_study(path)
    files = card_files(path / CARDS)
    if not files:
        raise RechkiError("there are no card files", str(path / CARDS), "Put the exported file there.")
    return [check_file(file, settings) for file in files]


def print_checks(checks: list[Check]) -> None:
    """Print the findings in words."""
    for found in checks:
        console.print(f"[bold]{found.file}[/bold]")
        kind = f"{found.encoding}, separator {found.separator!r}" if found.encoding else "a workbook"
        console.print(f"  read as {kind}; columns from {found.preset}", markup=False, soft_wrap=True)
        for at, row in enumerate(found.mapping.rows, start=1):
            console.print(
                f"  purpose row {at}: {row.purpose} | {row.score or '-'} | {row.why or '-'}",
                markup=False,
                soft_wrap=True,
            )
        if found.mapping.id is None:
            console.print("  no id column: an answer edited later cannot be recognised as the same card")
        console.print(
            f"  {found.cards} cards, {found.purpose_rows} purpose rows ({found.scored_rows} scored), "
            f"{found.non_answers} non-answers, {found.duplicates} duplicates, {found.masked} personal data masked",
            soft_wrap=True,
        )
        for title, problems in (("cannot be used", found.refused), ("passed over", found.notes)):
            for problem in problems[:_SHOWN]:
                console.print(
                    f"  {title}: {problem}",
                    markup=False,
                    soft_wrap=True,
                    style="red" if problems is found.refused else "yellow",
                )
            if len(problems) > _SHOWN:
                console.print(f"  … and {len(problems) - _SHOWN} more")
        console.print("  usable" if found.usable else "  not usable: correct the cells named above")
