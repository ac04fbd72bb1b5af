"""The head of the seals, noted in Parameter Store: another service, with a history of its own."""

import json
from typing import Any

from responder.adapters import aws
from responder.domain.plain import canonical, from_plain, to_plain
from responder.domain.seal import Head
from responder.errors import ActionFailed, CannotRead


class HeadParameter:
    """One call each; the parameter is made with the first head, so that a deploy never sets it back."""

    def __init__(self, name: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._name, self._ssm = name, client

    def read(self) -> Head | None:
        try:
            text = self._ssm.get_parameter(Name=self._name)["Parameter"]["Value"]
            return from_plain(Head, json.loads(text), self._name)
        except aws.TROUBLE as error:
            if aws.code_of(error) == "ParameterNotFound":
                return None
            raise ActionFailed(f"head {self._name}: {aws.code_of(error)}") from error
        except (ValueError, CannotRead) as error:
            raise ActionFailed(f"head {self._name}: it is no head: {error}") from error

    def write(self, head: Head) -> None:
        text = canonical(to_plain(head))
        try:
            self._ssm.put_parameter(Name=self._name, Value=text, Type="String", Overwrite=True)
        except aws.TROUBLE as error:
            raise ActionFailed(f"head {self._name}: {aws.code_of(error)}") from error
