"""report: the served balance of what is confirmed, as pages and tables."""

from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.artifacts import leave_report, leave_standing, snapshot
from flows.running import alone, run_name
from flows.show import tell_hidden, tell_measures
from flows.stages import stage
from flows.status import status_of
from flows.study import REPORTS, SHARED, OpenStudy, open_study
from models.plural import counted
from models.snapshot import changes
from models.store.memory import recall, remembering
from reports.data import Report, gather
from reports.share import shared
from reports.write import write_report


@task(cache_policy=NO_CACHE)
def write(study: str, out: str | None, share: bool) -> Path:
    """Compute the balance from confirmed codings, write the report, and leave its table and link with the run."""
    with open_study(study) as opened:
        with stage("Served balance") as at:
            found = gather(opened.store, opened.settings, opened.folder, masked=share)
            at.words = f"{counted(found.confirmed, 'phrase')} confirmed, "
            at.words += f"{found.awaiting} {'awaits' if found.awaiting == 1 else 'await'} a decision"
            if found.reasons:
                at.words += f"; of reasons {found.reasons.confirmed} and {found.reasons.awaiting}"
        if share:
            found = shared(found)
            tell_hidden(found)
        with stage("Writing the report") as at:
            folder = Path(out) if out else opened.folder / (SHARED if share else REPORTS)
            page = write_report(found, folder)["index.html"].resolve()
            at.words = str(page)
        tell_measures(found.measured)
        leave_report(found, page)
        if not share:
            with stage("What changed") as at:
                at.words = _compare(opened, found)
    return page


@flow(name="report", flow_run_name=run_name, validate_parameters=False)
@alone
def report(study: str, out: str | None = None, share: bool = False) -> Path:
    """Write the report of a study into its reports folder, or into `out`; with `share` one that may leave the team."""
    return write(study, out, share)


def _compare(opened: OpenStudy, found: Report) -> str:
    """Leave with the run what changed since the last report, and remember what there is now."""
    with opened.store.transaction() as tx:
        current = snapshot(tx, found)
    before = recall(opened.folder).last
    changed = changes(before, current)
    since = f"since {before.made_at:%Y-%m-%d %H:%M} UTC" if before else "since the beginning"
    leave_standing(found, status_of(opened.folder), changed, since)
    with remembering(opened.folder) as memory:  # last: a run that is killed before this says it again
        memory.last = current
    return f"{len(changed)} things {since}"
