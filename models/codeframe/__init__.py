"""The code frame as files that other programs read and write: REFI-QDA codebooks, workbooks, YAML."""
