"""The mode parameters in Parameter Store; what cannot be read is not there, and that is `observe`."""

from collections.abc import Mapping, Sequence
from typing import Any

from responder.adapters import aws
from responder.errors import ActionFailed, TryAgain
from responder.ports import Flip


class ModeParameters:
    """One call reads up to ten settings, before each effect; nothing is remembered."""

    def __init__(self, prefix: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._prefix, self._ssm = prefix.rstrip("/"), client

    def read(self, names: Sequence[str]) -> Mapping[str, str]:
        try:
            found = self._ssm.get_parameters(Names=[self._path(name) for name in names])["Parameters"]
        except aws.TROUBLE:
            return {}
        return {self._name(p): p["Value"] for p in found}

    def set(self, name: str, mode: str) -> None:
        """Write a setting over its earlier self; Parameter Store keeps who did it and when."""
        try:
            self._ssm.put_parameter(Name=self._path(name), Value=mode, Type="String", Overwrite=True)
        except aws.TROUBLE as error:
            raise ActionFailed(f"mode {name}: {aws.code_of(error)}") from error

    def versions(self) -> Mapping[str, int]:
        found = self._pages("get_parameters_by_path", Path=self._prefix, Recursive=True)
        return {self._name(p): p["Version"] for p in found}

    def flips(self, name: str, after: int) -> list[Flip]:
        found = [p for p in self._pages("get_parameter_history", Name=self._path(name)) if p["Version"] > after]
        found.sort(key=lambda p: int(p["Version"]))
        return [Flip(name, p["Version"], p["Value"], p["LastModifiedUser"], p["LastModifiedDate"]) for p in found]

    def _pages(self, call: str, **asked: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # boto3 has no types
        try:
            pages = self._ssm.get_paginator(call).paginate(**asked)
            return [parameter for page in pages for parameter in page["Parameters"]]
        except aws.TROUBLE as error:
            raise TryAgain(f"modes: {aws.code_of(error)}") from error

    def _name(self, parameter: dict[str, Any]) -> str:
        return str(parameter["Name"]).removeprefix(f"{self._prefix}/")

    def _path(self, name: str) -> str:
        return f"{self._prefix}/{name}"
