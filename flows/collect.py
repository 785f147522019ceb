"""collect: what people decided since the last pull, and the tasks that follow from it."""

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from annotation.client import connect
from annotation.pull import pull
from flows.propose import DELAYS, RETRIES, encode, may_pass, plan, send
from flows.running import alone, run_name
from flows.stages import stage
from flows.study import open_study

_SHOWN = 10


@task(retries=RETRIES, retry_delay_seconds=DELAYS, retry_condition_fn=may_pass, cache_policy=NO_CACHE)
def take(study: str, frame: str) -> None:
    """Pull new, changed and deleted annotations."""
    with stage("Collecting decisions", frame) as at, open_study(study) as opened:
        pulled = pull(opened.store, connect(opened.settings), frame)
        at.words = f"{pulled.changed} new or changed, {pulled.removed} taken back"
        for number, reason in pulled.odd[:_SHOWN]:
            at.note(f"task {number} does not count: {reason}")
        if len(pulled.odd) > _SHOWN:
            at.note(f"and {len(pulled.odd) - _SHOWN} more")


@flow(name="collect", flow_run_name=run_name, validate_parameters=False)
@alone
def collect(study: str) -> None:
    """Pull decisions, bring the choices in Label Studio up to date and send what is due next."""
    with open_study(study) as opened:
        frames = opened.frames
    for frame in frames:
        take(study, frame)
        encode(study, frame)
        plan(study, frame)
        send(study, frame)
