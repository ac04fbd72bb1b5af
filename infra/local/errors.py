"""Errors of the local cloud."""


class LocalCloudError(Exception):
    """Say in one sentence what is wrong and what to do about it."""
