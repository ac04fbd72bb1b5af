import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.registry import A_TARGET, DIGESTS, IN_MLFLOW, V6, V7, a_registry, a_snapshot, found
from tests.world import CHAT, NOON

from responder.domain.plain import canonical, sha256
from responder.domain.plans.registry import Registry, candidate, part_changed, pointed_at, read_snapshot, take
from responder.domain.plans.restore import key_of, moves, plan_restore
from responder.domain.release import Artefacts
from responder.domain.remediation import Candidate, NoPlan, Plan, Snapshot, Surroundings
from responder.domain.runbook import Action, IfNotRecovered, Step
from responder.domain.touch import TouchKind
from responder.errors import CannotKnow, CannotRead

MLFLOW_TARGET = replace(A_TARGET, touch=IN_MLFLOW)
STEP = Step(Action.RESTORE_REGISTRY, IfNotRecovered.NEXT)
NOW = a_registry("7").entries(("chat",))


def _fault(now: Registry | None = None, store: dict[str, str] | None = None) -> str | None:
    return candidate(a_snapshot(), A_TARGET, now or a_registry("7"), found(store or DIGESTS)).fault


def _restored(*candidates: Candidate) -> Plan | NoPlan:
    around = Surroundings(Snapshot(NOW, "1 entries", settled=True), candidates=candidates)
    return plan_restore(A_TARGET, TouchKind.REGISTRY, STEP, around)


def _good() -> Candidate:
    return candidate(a_snapshot(), A_TARGET, a_registry("7"), found(DIGESTS))


def test_an_entry_is_where_it_points_and_what_is_there() -> None:
    assert a_registry("7").entries(("chat",)) == {"chat@live": f"7 {V7.fingerprint}"}
    assert Registry({"chat@live": "9"}).entries(("chat",)) == {"chat@live": "9 missing"}


def test_the_same_registry_makes_the_same_bytes_and_they_carry_their_sha256() -> None:
    assert a_snapshot().text == a_snapshot().text
    assert read_snapshot(a_snapshot().text, "key") == a_snapshot()


def test_a_snapshot_that_was_changed_is_not_read() -> None:
    changed = json.loads(a_snapshot().text)
    changed["registry"]["aliases"]["chat@live"] = "7"

    with pytest.raises(CannotRead, match="not what was written"):
        read_snapshot(json.dumps(changed), "key")


OLD = (
    '{"registry":{"aliases":{"chat@live":"6"},"versions":[{"digests":{"model":"m"},"model":"chat","objects":{},'
    '"version":"6"}]},"sha256":"DIGEST","soaked":["chat"],"taken_at":"2026-11-25T11:00:00Z","unchanged":{},"v":1}'
)


def test_a_snapshot_from_before_there_were_several_registries_is_still_read() -> None:
    fact = json.loads(OLD)
    del fact["sha256"]

    read = read_snapshot(OLD.replace("DIGEST", sha256(canonical(fact))), "key")

    assert read.of(A_TARGET).entries(("chat",)) == {"chat@live": f"6 {read.registry.versions[0].fingerprint}"}
    assert read.of(MLFLOW_TARGET) == Registry()


def test_each_target_finds_its_own_registry_in_a_snapshot() -> None:
    found = {"chat": a_registry("6"), "search": Registry({"chat@live": "9"})}
    search = replace(MLFLOW_TARGET, name="search")

    taken = read_snapshot(take(found, None, [A_TARGET, search], {}, NOON).text, "key")

    assert taken.of(A_TARGET).aliases["chat@live"] == "6"
    assert taken.of(search).aliases == {"chat@live": "9"}


def test_a_part_that_cannot_be_read_has_neither_changed_nor_stayed() -> None:
    unread = replace(V7, digests={**V7.digests, "tokenizer": ""})
    now = Registry({"chat@live": "7"}, (V6, unread))

    with pytest.raises(CannotKnow, match="tokenizer of chat@live"):
        part_changed(now, a_snapshot(), A_TARGET, "tokenizer")
    assert part_changed(now, a_snapshot(), A_TARGET, "model")
    assert part_changed(a_registry("7"), a_snapshot(), A_TARGET, "tokenizer")
    assert not part_changed(a_registry("6"), a_snapshot(), A_TARGET, "tokenizer")
    assert now.told == "1 entries, without digests: chat@live"


def test_a_part_nobody_speaks_of_may_be_inside_of_another() -> None:
    with pytest.raises(CannotKnow, match="no entry of chat says what its adapter is"):
        part_changed(a_registry("7"), a_snapshot(), A_TARGET, "adapter")


def test_a_version_nobody_has_any_more_is_not_gone_back_to() -> None:
    assert _fault(now=Registry({"chat@live": "7"}, (V7,))) == (
        "version 6 of chat@live is no longer among those looked at"
    )


def test_a_target_soaks_while_its_entries_stay_and_nothing_happens() -> None:
    first = take({"chat": a_registry("6")}, None, [A_TARGET], {}, NOON)
    second = take({"chat": a_registry("6")}, first, [A_TARGET], {}, NOON + timedelta(minutes=31))

    assert (first.soaked, second.soaked) == ((), ("chat",))
    assert second.unchanged == {"chat": NOON}


def test_an_incident_or_a_moved_pointer_begins_the_soak_anew() -> None:
    first, later = take({"chat": a_registry("6")}, None, [A_TARGET], {}, NOON), NOON + timedelta(minutes=31)

    assert take({"chat": a_registry("6")}, first, [A_TARGET], {"chat": NOON + timedelta(minutes=5)}, later).soaked == ()
    assert take({"chat": a_registry("7")}, first, [A_TARGET], {}, later).soaked == ()
    assert take({"chat": a_registry("7")}, first, [A_TARGET], {}, later).unchanged == {"chat": later}


def test_a_target_without_a_registry_soaks_nowhere() -> None:
    assert take({"chat": a_registry("6")}, None, [CHAT], {}, NOON).unchanged == {}


def test_a_snapshot_that_ran_well_and_whose_parts_are_unchanged_can_be_trusted() -> None:
    assert _fault() is None


def test_a_version_that_was_tampered_with_in_the_registry_is_not_trusted() -> None:
    tampered = replace(V6, digests={**V6.digests, "tokenizer": "sha256:evil"})

    assert _fault(now=Registry({"chat@live": "7"}, (tampered, V7))) == "version 6 of chat@live is not what it was"


def test_a_part_that_was_overwritten_in_the_store_is_not_trusted() -> None:
    assert _fault(store={**DIGESTS, "s3://models/chat/6/tokenizer": "other"}) == (
        "version 6 of chat@live: tokenizer cannot be trusted"
    )


def test_a_part_nobody_can_read_is_not_trusted() -> None:
    blind = candidate(a_snapshot(), A_TARGET, a_registry("7"), {V6.fingerprint: Artefacts(missing=("model",))})

    assert blind.fault is not None
    assert "model" in blind.fault


def test_a_snapshot_on_which_the_target_is_not_known_to_have_run_well_is_passed_over() -> None:
    unproven = candidate(replace(a_snapshot(), soaked=()), A_TARGET, a_registry("7"), found(DIGESTS))

    assert unproven.fault == "chat is not known to have run well on it"
    assert isinstance(_restored(unproven, _good()), Plan)


def test_only_the_pointers_that_differ_are_moved() -> None:
    made = _restored(_good())

    assert isinstance(made, Plan)
    assert moves(made.before, made.desired) == [("chat@live", "7", "6")]
    assert made.says == "restore the registry entries of chat as of 2026-11-25T11:00:00.000Z: chat@live from 7 to 6"


def test_a_person_can_paste_a_conditional_move_for_each_way() -> None:
    made = _restored(_good())

    assert isinstance(made, Plan)
    assert "--condition-expression 'version = :old'" in made.command
    assert """'{":new":{"S":"6"},":old":{"S":"7"}}'""" in made.command
    assert """'{":new":{"S":"7"},":old":{"S":"6"}}'""" in made.undo_command


@pytest.mark.parametrize(
    ("candidates", "reason"),
    [
        ((), "no_snapshot"),
        ((replace(_good(), fault="changed"),), "no_snapshot"),
        ((replace(_good(), values=NOW),), "as_it_was"),
        ((replace(_good(), values={"chat@old": "6 x"}),), "entry_gone"),
    ],
)
def test_where_nothing_can_be_restored_that_is_said(candidates: tuple[Candidate, ...], reason: str) -> None:
    made = _restored(*candidates)

    assert isinstance(made, NoPlan)
    assert made.reason == reason


def test_a_restore_points_only_at_versions_of_the_target() -> None:
    assert pointed_at(a_snapshot(), A_TARGET) == [V6]
    assert pointed_at(a_snapshot(), CHAT) == []
    assert key_of("chat@live") == {"pk": "MODEL#chat", "sk": "ALIAS#live"}
