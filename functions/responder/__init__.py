"""Answer the alerts of an LLM service: find the failure mode, do the one safe thing, check it, prove it."""
