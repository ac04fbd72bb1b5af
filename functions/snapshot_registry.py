"""On schedule: a model-registry snapshot worth restoring. The story is in responder/workflow/snapshot_registry.py."""

from datetime import UTC, datetime
from typing import Any

from responder.bootstrap import snapshotting
from responder.doorway import library
from responder.observability import logger
from responder.workflow.snapshot_registry import snapshot_registry


def handler(_: object, __: Any) -> dict[str, object]:  # noqa: ANN401  # Lambda's context has no type of its own
    """Take one snapshot of every registry that targets of this account name."""
    snapshot = snapshot_registry(snapshotting(), library().targets, datetime.now(UTC))
    if snapshot is None:
        return {"snapshot": None}
    logger().info("snapshot taken", extra={"key": snapshot.key, "soaked": list(snapshot.soaked)})
    return {"snapshot": snapshot.key, "soaked": list(snapshot.soaked)}
