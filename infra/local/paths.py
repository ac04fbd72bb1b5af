"""Where things are in the repository; nothing outside of it is ever written except the temporary folder."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "infra" / "local"

TEMPLATE = ROOT / "infra" / "template.yaml"
RULES = ROOT / "infra" / "prometheus" / "rules"
PRACTICE_RULES = HERE / "rules"
RECEIVER = ROOT / "infra" / "alertmanager" / "receiver.yml"
RUNBOOKS = ROOT / "runbooks"
PRACTICE_RUNBOOKS = HERE / "runbooks"
SAMPLE_ALERT = ROOT / "events" / "alertmanager" / "latency_spike.json"
ARTIFACT = ROOT / "build" / "here" / "functions.zip"

CLOUD_LOCK = ROOT / "infra" / "requirements" / "cloud.txt"
CLOUD_VENV = ROOT / ".venv-cloud"
TOOLS = ROOT / ".tools"

RUNS = ROOT / "build" / "local"
ENV_FILE = ROOT / "build" / "local.env"
