"""A link in a notice: looking shows the plan, a typed code answers. The story is in workflow/decide_approval.py."""

import base64
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from responder.bootstrap import desk
from responder.domain.answer_page import HEADERS, Page, Shut, shut
from responder.errors import ResponderError
from responder.observability import logger
from responder.workflow.decide_approval import decide, show

MOST_FIELDS = 4


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Answer an API Gateway proxy event; only a POST decides, whatever else comes is a look."""
    try:
        page = _answered(event)
    except ResponderError as error:
        page = shut(Shut.BUSY, str(error))
    except Exception:
        logger().exception("decide_approval broke")
        page = shut(Shut.BUSY, "An unexpected fault; see the log of decide_approval.")
    logger().info("by link", extra={"status": page.status, "says": page.says, "method": event.get("httpMethod")})
    return {"statusCode": page.status, "headers": dict(HEADERS), "body": page.html}


def _answered(event: dict[str, Any]) -> Page:
    token, now = str((event.get("pathParameters") or {}).get("token") or ""), datetime.now(UTC)
    if event.get("httpMethod") != "POST":
        return show(token, desk(), now)
    text = event.get("body") or ""
    body = base64.b64decode(text).decode() if event.get("isBase64Encoded") else text
    return decide(token, dict(parse_qsl(body, max_num_fields=MOST_FIELDS)), desk(), now)
