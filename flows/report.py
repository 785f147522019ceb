"""report: the served balance of what is confirmed, as pages and tables."""

from pathlib import Path

import pandas as pd
from prefect import flow, task
from prefect.artifacts import create_link_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.stages import stage
from flows.study import REPORTS, open_study
from reports.data import Report, gather
from reports.write import write_report


@task(cache_policy=NO_CACHE)
def write(study: str, out: str | None) -> Path:
    """Compute the balance from confirmed codings, write the report, and leave its table and link with the run."""
    with stage("Served balance") as at, open_study(study) as opened:
        found = gather(opened.store, opened.settings, opened.folder)
        at.words = f"{found.confirmed} phrases confirmed, {found.awaiting} await a decision"
        folder = Path(out) if out else opened.folder / REPORTS
    with stage("Writing the report") as at:
        page = write_report(found, folder)["index.html"].resolve()
        at.words = str(page)
    _leave_artifacts(found, page)
    return page


@flow(name="report", flow_run_name="report {study}", validate_parameters=False)
def report(study: str, out: str | None = None) -> Path:
    """Write the report of a study into its reports folder, or into `out`."""
    with open_study(study):
        return write(study, out)


def _leave_artifacts(found: Report, page: Path) -> None:
    name = str(found.settings.study_id)[:8]
    table = found.balance[["code", "n", "b", "state", "certain", "box", "size", "target", "strategy"]]
    create_table_artifact(
        table=_plain(table),
        key=f"balance-{name}",
        description=f"{found.title}: evidence {found.evidence[:12]}, {found.awaiting} phrases await a decision",
    )
    create_link_artifact(link=page.as_uri(), link_text=found.title, key=f"report-{name}")


def _plain(table: pd.DataFrame) -> list[dict[str, object]]:
    """Rows that JSON can hold."""
    return [{str(k): (None if pd.isna(v) else v) for k, v in row.items()} for row in table.to_dict("records")]
