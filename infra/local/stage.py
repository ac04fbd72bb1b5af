"""Set the stage: make what the services have, and write the `services.yaml` that allows exactly that to be touched.

`chat` always stands as `runbooks/services.yaml` has it; each scenario that is to be played brings services of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from infra.local.clouds import ACCOUNT, REGION, Clouds
from infra.local.monitoring import ENVIRONMENT
from infra.local.paths import PRACTICE_RUNBOOKS
from infra.local.scaling import scale_duration
from infra.local.seed import BUCKET, seed_account, seed_endpoint
from infra.local.things import make
from infra.local.troupe import ALWAYS_ON, parts
from responder.domain.plain import to_plain
from responder.domain.runbook import FLEET, STORM, write_quota
from responder.domain.touch import Touch
from responder.rehearsal.scenarios import Scenario

SOAK = "25s"
"""Longer than a bad release needs to raise its alert."""
REGISTRY_SOAK = "1s"
"""A snapshot of a registry is worth restoring once the service ran well on it; nobody waits for that here."""


def set_stage(clouds: Clouds, scenarios: Sequence[Scenario]) -> str:
    """Make everything, and return the text of `services.yaml`."""
    seed_account(clouds)
    seed_endpoint(clouds, ALWAYS_ON)
    return write_services({part.service: make(clouds, part.service, part.touch) for part in parts(scenarios)})


def write_services(touches: Mapping[str, Touch]) -> str:
    """Write one entry for each service beside `chat`, and the limits of the whole fleet as fast as everything else."""
    always = yaml.safe_load((PRACTICE_RUNBOOKS / "services.yaml").read_text(encoding="utf-8"))["services"]
    quotas = [write_quota(quota).rsplit(" ", 1) for quota in (*FLEET, STORM)]
    fleet, storm = (f"{times} {scale_duration(span)}" for times, span in quotas)
    services = {name: _entry(name, touch) for name, touch in touches.items()}
    return yaml.safe_dump({"fleet": fleet, "storm": storm, "services": always | services}, sort_keys=False)


def _entry(name: str, touch: Touch) -> dict[str, Any]:
    return {
        "match": {"model": name, "env": ENVIRONMENT},
        "account": ACCOUNT,
        "region": REGION,
        "touch": {kind: one for kind, one in to_plain(touch).items() if one is not None},
        "series": {"model": name},
        "team": "practice",
        "soak": REGISTRY_SOAK if touch.registered else SOAK,
        "artefacts": [f"s3://{BUCKET}/{name}/"],
    }
