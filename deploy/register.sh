#!/bin/sh
# Makes the work pool and the deployments of prefect.yaml on the Prefect server that PREFECT_API_URL names.
# The study they carry on is RECHKI_STUDY, studies/first by default.
set -eu
export RECHKI_STUDY="${RECHKI_STUDY:-studies/first}"
cd "$(dirname "$0")/.."
prefect work-pool inspect rechki >/dev/null 2>&1 || prefect work-pool create --type process rechki
prefect --no-prompt deploy --all
