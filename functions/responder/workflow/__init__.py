"""The stories, one file per function; `respond.py` is the first to read."""
