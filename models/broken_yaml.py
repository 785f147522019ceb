"""What is wrong with a file that is no YAML, in one line; the library's own words name no file and give advice."""

from ruamel.yaml.error import MarkedYAMLError


def fault_in(error: Exception) -> str:
    """Return what is wrong and in which line."""
    if isinstance(error, MarkedYAMLError) and error.problem:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark is not None else ""
        return f"not readable as YAML{where}: {' '.join(error.problem.split())}"
    said = str(error).replace('in "<unicode string>", ', "")
    return f"not readable as YAML: {' '.join(said.split()) or 'nested too deep'}"
