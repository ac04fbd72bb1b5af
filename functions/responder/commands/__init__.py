"""The command line, one file per command; each has `add` (its arguments) and `run` (its exit code)."""
