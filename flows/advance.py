"""advance: propose, collect and report in order, as far as the people's work allows. This is what a schedule runs."""

from pathlib import Path

from prefect import flow
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.collect import collect
from flows.propose import propose
from flows.report import report
from flows.running import alone, run_name


@flow(name="advance", flow_run_name=run_name, validate_parameters=False)
@alone
def advance(study: str, out: str | None = None) -> Path:
    """Carry a study on. It never waits for a person: it ends, and the next run goes on from there."""
    # the heartbeat of this run is one for its parts too; at the end of each, Prefect's thread would sleep a second out
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        propose(study)
        collect(study)
        return report(study, out)
