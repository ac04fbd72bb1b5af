"""Evidence comes from everywhere at once; what fails or hangs is missing and never counts as fine."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.registry import IN_MLFLOW, PACKAGED, written_down
from tests.world import CHAT, NOON, Practice, a_library, a_message, a_release

from responder.adapters.in_memory_evidence import InMemoryCounters, InMemoryLogs
from responder.domain.diagnosis import Diagnosis
from responder.domain.failure_mode import FailureMode
from responder.domain.plans.registry import ModelVersion, Registry, RegistrySnapshot
from responder.domain.target import Target
from responder.domain.things.registries import Registry as RegistryTouch
from responder.domain.touch import Touch
from responder.errors import CannotKnow
from responder.workflow import gather
from responder.workflow.gather import side_by_side
from responder.workflow.respond import respond
from responder.workflow.world import World

GROUP = "/aws/sagemaker/Endpoints/chat"
LOGGED = replace(CHAT, logs=(GROUP,))


def _diagnosed(world: World, practice: Practice) -> Diagnosis:
    respond(a_message(), world, NOON)
    found = practice.incident.diagnosis
    assert found is not None
    return found


def _world(practice: Practice, **ports: object) -> World:
    practice.library = a_library(LOGGED)
    return replace(practice.world(), **ports)  # type: ignore[arg-type]  # ports by their names


def test_the_cause_in_the_log_overrules_the_symptom_in_the_alert() -> None:
    practice = Practice()
    logs = InMemoryLogs(groups={GROUP: ["torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB"]})

    diagnosis = _diagnosed(_world(practice, logs=logs), practice)

    assert diagnosis.failure_mode is FailureMode.OUT_OF_MEMORY
    assert any("memory" in says for says in diagnosis.because)


def test_without_that_line_the_symptom_is_believed() -> None:
    practice = Practice()

    diagnosis = _diagnosed(_world(practice, logs=InMemoryLogs(groups={GROUP: ["INFO ready"]})), practice)

    assert diagnosis.failure_mode is FailureMode.LATENCY_SPIKE
    assert len(practice.remediator.applied) == 1


def test_a_log_group_that_cannot_be_read_is_missing_and_stops_nothing() -> None:
    practice = Practice()

    diagnosis = _diagnosed(_world(practice, logs=InMemoryLogs(trouble=CannotKnow("AccessDenied"))), practice)

    (missing,) = [e for e in diagnosis.evidence if e.source == "logs"]
    assert (missing.value, missing.missing) == (None, "AccessDenied")
    assert diagnosis.failure_mode is FailureMode.LATENCY_SPIKE


def test_log_lines_are_read_and_kept_nowhere() -> None:
    practice = Practice()
    logs = InMemoryLogs(groups={GROUP: ["prompt of a person: my secret wish", "ERROR something"]})

    diagnosis = _diagnosed(_world(practice, logs=logs), practice)

    assert [e.value for e in diagnosis.evidence if e.source == "logs"] == ["2 lines"]
    assert "secret wish" not in str(practice.journal.states) + str(practice.audit.objects)


def test_what_the_platform_counts_is_evidence() -> None:
    practice = Practice()
    counters = InMemoryCounters(values={"sagemaker_5xx_errors": 0.0, "sagemaker_memory_percent": None})

    diagnosis = _diagnosed(_world(practice, counters=counters), practice)

    found = {e.name: (e.value, e.missing is None) for e in diagnosis.evidence if e.source == "cloudwatch"}
    assert found == {"sagemaker_5xx_errors": (0.0, True), "sagemaker_memory_percent": (None, False)}


def test_a_release_that_changed_the_tokenizer_is_told_with_its_age() -> None:
    practice = Practice()
    practice.releases.markers.clear()
    practice.releases.save(a_release("v1", minutes_ago=600, digests={"tokenizer": "a", "model": "m"}))
    practice.releases.save(a_release("v2", minutes_ago=20, good=False, digests={"tokenizer": "b", "model": "m"}))

    diagnosis = _diagnosed(_world(practice), practice)

    ages = {e.name: e.value for e in diagnosis.evidence if e.source == "releases"}
    assert ages == {"release_changed_s": 1200.0, "tokenizer_changed_s": 1200.0}


IN_TABLE = Touch(registry=RegistryTouch("models", ("chat",)))


def _registry_practice(*, tokenizer_now: str, touch: Touch = IN_TABLE) -> Practice:
    """The entry chat@live moved to version 2 after a good snapshot of version 1."""
    practice = Practice()
    practice.library = a_library(replace(CHAT, touch=touch))
    versions = (
        ModelVersion("chat", "1", {"tokenizer": "t1", "model": "m1"}),
        ModelVersion("chat", "2", {"tokenizer": tokenizer_now, "model": "m2"}),
    )
    before = Registry({"chat@live": "1"}, versions)
    taken = RegistrySnapshot(NOON - timedelta(hours=1), before, {}, ("chat",))
    practice.snapshots.keep(taken if touch.registry else written_down(touch, before))
    practice.registry.registry = Registry({"chat@live": "2"}, versions)
    return practice


@pytest.mark.parametrize("touch", [IN_TABLE, IN_MLFLOW, PACKAGED], ids=lambda touch: touch.registered[0])
@pytest.mark.parametrize(("tokenizer", "changed"), [("t2", 1.0), ("t1", 0.0)])
def test_the_registry_tells_whether_another_tokenizer_is_served(tokenizer: str, changed: float, touch: Touch) -> None:
    practice = _registry_practice(tokenizer_now=tokenizer, touch=touch)

    respond(a_message(target=practice.target), practice.world(), NOON)

    diagnosis = practice.incident.diagnosis
    assert diagnosis is not None
    assert [e.value for e in diagnosis.evidence if e.source == "registry"] == [changed]


def test_without_a_good_snapshot_the_registry_tells_nothing() -> None:
    practice = _registry_practice(tokenizer_now="t2")
    practice.snapshots.kept.clear()

    respond(a_message(target=practice.target), practice.world(), NOON)

    diagnosis = practice.incident.diagnosis
    assert diagnosis is not None
    (missing,) = [e for e in diagnosis.evidence if e.source == "registry"]
    assert missing.missing is not None


class Hanging(InMemoryLogs):
    """A log group that answers after the deadline."""

    def lines(self, target: Target, group: str, since: datetime, until: datetime) -> list[str]:
        time.sleep(0.4)
        return super().lines(target, group, since, until)


def test_what_hangs_delays_no_diagnosis_beyond_the_deadline() -> None:
    practice = Practice()
    world = _world(practice, logs=Hanging(groups={GROUP: ["x"]}), ask=_impatient)

    diagnosis = _diagnosed(world, practice)

    assert [e.missing for e in diagnosis.evidence if e.source == "logs"] == ["no answer within 0 s"]


def _impatient(asks: Sequence[gather.Ask], at: datetime) -> tuple[gather.Answered, ...]:
    return side_by_side(asks, at, deadline_s=0.1)


def test_ten_megabytes_of_log_are_cut_and_still_weighed() -> None:
    practice = Practice()
    logs = InMemoryLogs(groups={GROUP: ["x" * 100_000] * 100 + ["nothing"] * 10_000})
    began = time.perf_counter()

    diagnosis = _diagnosed(_world(practice, logs=logs), practice)

    assert [e.value for e in diagnosis.evidence if e.source == "logs"] == ["500 lines"]
    assert time.perf_counter() - began < gather.DEADLINE_S
