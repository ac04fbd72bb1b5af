from dataclasses import replace

from tests.world import NOON, a_release

from responder.domain.release import Artefacts, Configuration, Release, candidates, last_known_good, running

SHAPE = ("AllTraffic",)
MATCHING = {f"chat-{v}": Configuration(SHAPE, Artefacts({"config": f"sha-{v}"})) for v in ("v1", "v2", "v3")}


def _versions(releases: list[Release], config: str = "chat-v3") -> list[str]:
    return [r.version for r in candidates(releases, config)]


def test_what_runs_is_the_newest_marker_of_its_configuration() -> None:
    old, again = a_release("v1", minutes_ago=90), replace(a_release("v1", minutes_ago=10), version="v1-again")

    assert running([again, old, a_release("v2", minutes_ago=1)], "chat-v1") == again
    assert running([old], "chat-v9") is None


def test_the_release_found_good_most_recently_is_tried_first() -> None:
    older, newer = a_release("v1", minutes_ago=300), a_release("v2", minutes_ago=200)

    assert _versions([older, newer]) == ["v2", "v1"]
    assert _versions([replace(older, known_good_at=NOON), newer]) == ["v1", "v2"]


def test_a_release_nobody_vouches_for_is_no_candidate() -> None:
    assert _versions([a_release("v1", minutes_ago=300, good=False)]) == []


def test_a_blamed_release_is_never_gone_back_to() -> None:
    assert _versions([a_release("v1", minutes_ago=300, blamed="incident 1")]) == []
    assert _versions([a_release("v1", minutes_ago=300)]) == ["v1"]


def test_the_release_in_service_is_no_candidate() -> None:
    assert _versions([a_release("v3", minutes_ago=300)]) == []


def test_known_good_needs_artefacts_that_still_match() -> None:
    release = a_release("v1", minutes_ago=300)

    assert last_known_good([release], MATCHING, SHAPE) == (release, ())


def test_a_release_whose_artefacts_changed_is_passed_over_with_the_reason() -> None:
    better, older = a_release("v2", minutes_ago=200), a_release("v1", minutes_ago=300)
    now = {**MATCHING, "chat-v2": Configuration(SHAPE, Artefacts({"config": "tampered"}))}

    assert last_known_good([better, older], now, SHAPE) == (older, ("v2: changed since it was recorded: config",))


def test_what_cannot_be_looked_at_is_not_trusted() -> None:
    release = a_release("v1", minutes_ago=300)
    partly = Configuration(SHAPE, Artefacts({"config": "sha-v1"}, missing=("model/m",)))

    assert last_known_good([release], {}, SHAPE) == (None, ("v1: cannot read chat-v1",))
    assert last_known_good([release], {"chat-v1": partly}, SHAPE) == (None, ("v1: cannot read model/m",))


def test_a_release_without_recorded_digests_is_not_trusted() -> None:
    release = a_release("v1", minutes_ago=300, digests={})

    assert last_known_good([release], MATCHING, SHAPE) == (None, ("v1: no digests were recorded for it",))


def test_an_artefact_that_is_gone_counts_as_changed() -> None:
    release = a_release("v1", minutes_ago=300, digests={"config": "sha-v1", "model/m": "sha-m"})

    assert last_known_good([release], MATCHING, SHAPE) == (None, ("v1: changed since it was recorded: model/m",))


def test_a_candidate_of_another_shape_is_passed_over_for_the_next_one() -> None:
    better, older = a_release("v2", minutes_ago=200), a_release("v1", minutes_ago=300)
    now = {**MATCHING, "chat-v2": Configuration(("Main", "Shadow"), Artefacts({"config": "sha-v2"}))}

    chosen, refused = last_known_good([better, older], now, SHAPE)

    assert chosen == older
    assert refused == ("v2: it has variants Main, Shadow, in service are AllTraffic",)


def test_a_release_that_was_left_in_this_incident_is_no_candidate_again() -> None:
    older, newer = a_release("v1", minutes_ago=300), a_release("v2", minutes_ago=200)

    assert candidates([older, newer], "chat-v3", left=("chat-v2",)) == [older]
