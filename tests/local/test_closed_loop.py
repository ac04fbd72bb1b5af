"""The product, end to end: the real template, artifact, Prometheus and Alertmanager, and a release that is slow."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from infra.local.demo import heal
from infra.local.errors import LocalCloudError
from infra.local.house import House, up
from infra.local.live.gameday import live_plan, play_in
from infra.local.pipeline import respond_command
from infra.local.progress import silent
from infra.local.stack.stand import NAME
from infra.local.web import ask
from tests.world import SHIPPED

from responder.cli import main
from responder.rehearsal.scenarios import SCENARIOS

pytestmark = pytest.mark.e2e
STACK = ("--stack", NAME)
GAME_DAY = [scenario for scenario in SCENARIOS if scenario.name in ("unsafe_release", "tokenizer_mismatch")]
"""Those two that share no action and no runbook with the release that is healed first."""


@pytest.fixture(scope="module")
def healed() -> Iterator[House]:
    """A house whose slow release was found, rolled back, verified, closed and proved; raises when it was not."""
    with up(live_plan(GAME_DAY), silent) as house:
        assert house.metrics is not None, (
            "the real Prometheus and Alertmanager are needed: python -m infra.local install"
        )
        heal(house, silent)
        yield house


def test_the_incident_is_told_from_the_journal_and_from_the_locked_bucket(healed: House) -> None:
    incident = respond_command(healed, "incidents").split()[2]

    told = respond_command(healed, "incident", incident)
    proved = respond_command(healed, "audit", "show", incident)

    assert "latency_spike" in told
    assert "recovered" in told
    assert "the chain holds" in proved


def test_the_hour_before_is_sealed_under_the_real_role_and_checked_without_credentials(
    healed: House, tmp_path: Path
) -> None:
    function = healed.stack.outputs["SealAuditFunction"]
    sealed = json.loads(healed.clouds.client("lambda").invoke(FunctionName=function, Payload=b"{}")["Payload"].read())
    key, copy = tmp_path / "key.pem", tmp_path / "trail"
    key.write_text(respond_command(healed, *STACK, "audit", "key"))

    in_the_bucket = respond_command(healed, *STACK, "audit", "verify", "--key", str(key))
    respond_command(healed, *STACK, "audit", "copy", str(copy))

    assert (sealed["left"], sealed["findings"]) == (0, 0)
    assert "clean" in in_the_bucket
    assert main(["audit", "verify", str(copy), "--key", str(key)]) == 0
    assert "latency_spike" in respond_command(healed, "audit", "report", str(copy), "--format", "csv")


def test_the_release_that_was_slow_is_blamed_and_the_good_one_runs(healed: House) -> None:
    listed = respond_command(healed, "releases", "list", "chat").splitlines()

    (running,) = (line for line in listed if line.startswith("*"))
    assert "chat-v1" in running
    assert any("chat-v2" in line and "blamed" in line for line in listed)


def test_a_game_day_ends_live_as_it_must(healed: House) -> None:
    """The others are played by `make gameday`."""
    results = play_in(healed, GAME_DAY, SHIPPED, silent)

    assert [result for result in results if not result.passed] == []
    assert [result.did for result in results] == [scenario.expected for scenario in GAME_DAY]


def test_the_doctor_finds_everything_well_and_reaches_every_channel(healed: House) -> None:
    examined = respond_command(healed, "doctor", "--send")

    assert "everything is as it must be" in examined


def test_a_flip_of_the_mode_is_in_the_audit(healed: House) -> None:
    respond_command(healed, "mode", "observe", "--target", "chat")

    assert "target/chat" in respond_command(healed, "mode")
    with pytest.raises(LocalCloudError, match="no target"):
        respond_command(healed, "mode", "off", "--target", "nobody")


@pytest.mark.parametrize(
    ("token", "body", "status"),
    [
        ("wrong", {}, 401),
        (None, {}, 400),
        (None, {"receiver": "r", "alerts": "none"}, 400),
        (None, {"receiver": "r", "alerts": [], "padding": "x" * 5_500_000}, 413),
    ],
)
def test_the_front_door_says_what_is_wrong(healed: House, token: str | None, body: object, status: int) -> None:
    headers = {"Authorization": f"Bearer {token or healed.stack.token}"}

    answer = ask("POST", healed.stack.webhook, body, headers, healed.clouds.ca_file)

    assert answer.status == status
    assert json.loads(answer.body)["message"]
