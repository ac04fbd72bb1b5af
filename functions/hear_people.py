"""A person's word from PagerDuty or Jira -> the target's group. The story is in responder/workflow/hear_people.py."""

import base64
from typing import Any

from responder.bootstrap import ears
from responder.errors import ResponderError
from responder.observability import logger
from responder.workflow.hear_people import hear_people
from responder.workflow.receive_alerts import Answer

TRY_AGAIN = 503


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Answer an API Gateway proxy event; whatever breaks here is a 503, which both vendors repeat."""
    via = str(event["path"]).rsplit("/", 1)[-1]
    try:
        answer = _hear(event, via)
    except ResponderError as error:
        answer = Answer(TRY_AGAIN, f"try again: {error}", via)
    except Exception:
        logger().exception("hear_people broke")
        answer = Answer(TRY_AGAIN, "try again: an unexpected fault, see the log of hear_people", via)
    logger().info("heard", extra={"status": answer.status, "says": answer.says, "via": via})
    return {"statusCode": answer.status, "headers": {"Content-Type": "application/json"}, "body": answer.body}


def _hear(event: dict[str, Any], via: str) -> Answer:
    text = event.get("body") or ""
    body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return hear_people(via, headers, body, ears())
