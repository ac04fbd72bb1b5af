"""What SNS wraps around a message on its way into a queue. One that SNS cut is no JSON any more, and is set aside."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, Field, Json, TypeAdapter, ValidationError

from responder.domain.plain import faults
from responder.errors import CannotRead


class _Envelope(BaseModel):
    TopicArn: Annotated[str, Field(pattern=r"^arn:[^:]+:sns:.+:[^:]+$")]
    Message: str


_WRITTEN: TypeAdapter[_Envelope] = TypeAdapter(Json[_Envelope])


@dataclass(frozen=True)
class Wrapped:
    """A notification as a topic delivered it; its source is the topic, which IAM lets nobody else write to."""

    source: str
    body: bytes


def unwrap(text: str) -> Wrapped:
    try:
        envelope = _WRITTEN.validate_python(text)
    except ValidationError as error:
        raise CannotRead(f"no message of a topic: {faults(error)}") from error
    topic = envelope.TopicArn.rsplit(":", 1)[-1]
    return Wrapped(f"sns:{topic}", envelope.Message.encode(errors="replace"))
