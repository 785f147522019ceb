"""What is wrong with a YAML file, in words: that it is none, or keys that a model does not have."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml.error import MarkedYAMLError


def fault_in(error: Exception) -> str:
    """Return what is wrong with a file that is no YAML, in one line; the library names no file and gives advice."""
    if isinstance(error, MarkedYAMLError) and error.problem:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark is not None else ""
        return f"not readable as YAML{where}: {' '.join(error.problem.split())}"
    said = str(error).replace('in "<unicode string>", ', "")
    return f"not readable as YAML: {' '.join(said.split()) or 'nested too deep'}"


def wrong_keys(error: ValidationError, model: type[BaseModel]) -> str:
    """Return where in the settings of a model something is wrong, and what."""
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'study'}: {_fault(item, model)}" for item in error.errors()
    )


def _fault(item: ErrorDetails, model: type[BaseModel]) -> str:
    if item["type"] in ("extra_forbidden", "invalid_key"):
        near = get_close_matches(str(item["loc"][-1]), _known_keys(item["loc"], model), 1)
        return "unknown key" + (f"; did you mean {near[0]}?" if near else "")
    if item["type"] == "model_type":
        return "needs keys of its own below it"
    return item["msg"].removeprefix("Value error, ")


def _known_keys(place: Sequence[int | str], model: type[BaseModel]) -> list[str]:
    """The keys that could stand where an unknown one does."""
    section = model
    for part in place[:-1]:
        if isinstance(part, str):
            kind = section.model_fields[part].annotation
            section = next(
                one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, BaseModel)
            )
    return list(section.model_fields)
