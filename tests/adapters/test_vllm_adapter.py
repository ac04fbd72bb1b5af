"""A LoRA adapter on several replicas of vLLM, over the wire: what follows, what does not, what is found afterwards."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.adapters.cloud import a_secret
from tests.adapters.engines import Engines, an_adapter
from tests.world import CHAT

from responder.adapters.roles import RemediationRoles
from responder.adapters.vllm_adapter import VllmAdapter
from responder.domain.remediation import Outcome, Snapshot, Standing, classify
from responder.domain.target import Target
from responder.domain.touch import Touch
from responder.errors import CannotKnow

SEEN = VllmAdapter(RemediationRoles("", None))
V1, V2 = "/adapters/v1", "/adapters/v2"
LOADED, UNLOADED = "/v1/load_lora_adapter", "/v1/unload_lora_adapter"


@pytest.fixture
def engines() -> Iterator[Callable[..., Engines]]:
    """Begin replicas, and end them after the test."""
    begun: list[Engines] = []

    def begin(count: int = 3, **given: str | bool) -> Engines:
        begun.append(an_adapter(count, **given))  # type: ignore[arg-type]  # key, token and knows_inplace
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


def _target(them: Engines) -> Target:
    return replace(CHAT, touch=Touch(adapter=them.touched))


def _bring(them: Engines, path: str) -> Outcome:
    target = _target(them)
    return SEEN.apply(target, SEEN.observe(target), dict.fromkeys(them.replicas, path), "action-1")


def _standing(them: Engines) -> Standing:
    return classify(SEEN.observe(_target(them)), dict.fromkeys(them.replicas, V2), dict.fromkeys(them.replicas, V1))


def test_the_base_model_is_no_adapter(engines: Callable[..., Engines]) -> None:
    them = engines(1)

    seen = SEEN.observe(replace(_target(them), touch=Touch(adapter=replace(them.touched, adapter="chat"))))

    assert list(seen.current.values()) == [""]


def test_the_known_path_is_loaded_in_the_place_of_the_other_with_one_call_for_each(
    engines: Callable[..., Engines],
) -> None:
    """Nobody who names the adapter is refused meanwhile: it is never unloaded."""
    them = engines()
    them.all_have("v2")

    done = _bring(them, V1)

    assert (done.result, _standing(them)) == ("accepted", Standing.DESIRED)
    asked = {"lora_name": "support-de", "lora_path": V1, "load_inplace": True}
    assert [engine.asked for engine in them.replicas.values()] == [[(LOADED, asked)]] * 3


def test_an_engine_that_does_not_know_how_to_load_in_place_unloads_first(engines: Callable[..., Engines]) -> None:
    them = engines(1, knows_inplace=False)
    them.all_have("v2")

    done = _bring(them, V1)

    assert (done.result, _standing(them)) == ("accepted", Standing.DESIRED)
    assert [path for path, _ in next(iter(them.replicas.values())).asked] == [LOADED, UNLOADED, LOADED]


def test_a_replica_that_has_it_already_is_not_asked(engines: Callable[..., Engines]) -> None:
    them = engines(2)
    first, second = them.replicas.values()
    first.loaded, second.loaded = {"support-de": V1}, {"support-de": V2}

    _bring(them, V1)

    assert (len(first.asked), len(second.asked)) == (0, 1)


def test_where_one_refuses_the_others_follow_and_it_is_still_to_be_done(engines: Callable[..., Engines]) -> None:
    them = engines()
    them.all_have("v2")
    host, stubborn = next(iter(them.replicas.items()))
    stubborn.broken = {V1}

    done = _bring(them, V1)

    assert done.result == "accepted"
    assert "2 of 3 replicas followed" in done.says
    assert host in done.says
    assert "greater than max_lora_rank" in done.says
    assert _standing(them) is Standing.BEFORE

    stubborn.broken.clear()
    _bring(them, V1)

    assert _standing(them) is Standing.DESIRED


def test_where_all_refuse_it_is_refused(engines: Callable[..., Engines]) -> None:
    them = engines()
    them.all_have("v2")

    done = _bring(them, "/adapters/v9")

    assert done.result == "refused"
    assert "No adapter found" in done.says
    assert _standing(them) is Standing.BEFORE


def test_a_replica_that_began_anew_is_loaded_again(engines: Callable[..., Engines]) -> None:
    them = engines()
    them.all_have("v2")
    _bring(them, V1)
    again = next(iter(them.replicas.values()))
    again.restart()

    assert _standing(them) is Standing.BEFORE
    _bring(them, V1)

    assert _standing(them) is Standing.DESIRED


def test_a_replica_that_does_not_answer_leaves_it_open_where_it_stands(engines: Callable[..., Engines]) -> None:
    them = engines(2)
    them.all_have("v1")
    for end in them.ends[:2]:
        end()

    seen = SEEN.observe(_target(them))

    assert not seen.settled
    assert "cannot ask" in seen.state
    assert _standing(them) is Standing.IN_PROGRESS
    them.ends[:2] = []


def test_where_no_replica_answers_nothing_is_known_and_a_change_is_lost(engines: Callable[..., Engines]) -> None:
    them = engines(1)
    target = _target(them)
    seen = SEEN.observe(target)
    them.close()

    done = SEEN.apply(target, seen, dict.fromkeys(them.replicas, V1), "action-1")

    assert done.result == "unknown"
    with pytest.raises(CannotKnow, match="no replica"):
        SEEN.observe(target)
    them.ends.clear()


def test_a_version_that_somebody_else_loaded_is_theirs(engines: Callable[..., Engines]) -> None:
    them = engines()
    them.all_have("v2")
    next(iter(them.replicas.values())).loaded = {"support-de": "/adapters/v3"}

    assert _standing(them) is Standing.OTHER


def test_what_had_nothing_is_taken_out_again_even_if_it_is_out(engines: Callable[..., Engines]) -> None:
    them = engines()
    them.all_have("v1")
    seen = SEEN.observe(_target(them))
    next(iter(them.replicas.values())).restart()

    done = SEEN.apply(_target(them), seen, dict.fromkeys(them.replicas, ""), "action-1")

    assert done.result == "accepted"
    assert [engine.loaded for engine in them.replicas.values()] == [{}, {}, {}]


@pytest.mark.usefixtures("cloud")
def test_the_key_is_shown_to_every_replica(engines: Callable[..., Engines]) -> None:
    a_secret("chat/engines", "the-key")
    them = engines(token="chat/engines", key="the-key")  # noqa: S106  # a name, and a key of a practice engine
    them.all_have("v2")

    assert _bring(them, V1).result == "accepted"
    assert _standing(them) is Standing.DESIRED


@pytest.mark.usefixtures("cloud")
def test_without_its_key_nothing_is_asked(engines: Callable[..., Engines]) -> None:
    them = engines(token="chat/engines", key="the-key")  # noqa: S106  # as above
    target = _target(them)

    with pytest.raises(CannotKnow, match="chat/engines"):
        SEEN.observe(target)
    nothing = Snapshot({}, "", settled=True)

    assert SEEN.apply(target, nothing, dict.fromkeys(them.replicas, V1), "action-1").result == "unknown"
    assert [engine.asked for engine in them.replicas.values()] == [[], [], []]


@pytest.mark.usefixtures("cloud")
def test_what_a_version_is_made_of_is_named_as_an_adapter(engines: Callable[..., Engines]) -> None:
    """Of every version under the same name, so that a release is known to have changed it."""
    them = engines(1)
    them.put_in_s3("v1")

    there, gone, not_ours = (SEEN.configuration(_target(them), path).artefacts for path in (V1, V2, "/etc/v1"))

    assert list(there.digests) == ["adapter s3://models/{version}/adapter"]
    assert gone.missing == ("s3://models/{version}/adapter of v2",)
    assert "no path of" in not_ours.missing[0]
