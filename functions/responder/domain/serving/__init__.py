"""The shelf of the serving tools: what raises the alerts, and what lets a release through."""
