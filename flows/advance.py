"""advance: propose, collect and report in order, as far as the people's work allows. This is what a schedule runs."""

from pathlib import Path

from prefect import flow

from flows.collect import collect
from flows.propose import propose
from flows.report import report
from flows.study import open_study


@flow(name="advance", flow_run_name="advance {study}", validate_parameters=False)
def advance(study: str, out: str | None = None) -> Path:
    """Carry a study on. It never waits for a person: it ends, and the next run goes on from there."""
    with open_study(study):
        propose(study)
        collect(study)
        return report(study, out)
