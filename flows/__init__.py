"""Prefect flows and the command line. Thin: open the study, call the operation, keep what it returns."""
