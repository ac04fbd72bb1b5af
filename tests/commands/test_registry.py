from argparse import Namespace
from dataclasses import replace

import pytest
from tests.registry import A_TARGET, DIGESTS, PACKAGED, V6, V7, a_snapshot, written_down
from tests.world import Practice

from responder.commands import connect, registry
from responder.errors import NotThere
from responder.settings import RespondSettings


@pytest.fixture
def practice(monkeypatch: pytest.MonkeyPatch) -> Practice:
    practice = Practice()
    practice.touch(A_TARGET.touch)
    for version in (V6, V7):
        practice.registry.add(version)
    practice.registry.point(**{"chat@live": "7"})
    practice.snapshots.keep(a_snapshot())
    settings = RespondSettings(
        pages_topic_arn="t",
        journal_table="j",
        audit_bucket="a",
        mode_prefix="/m",
        alerts_queue_url="q",
        quarantine_bucket="b",
    )
    monkeypatch.setattr(connect, "connected", lambda _: connect.Connected(practice.world(), settings, "ann"))
    return practice


def test_the_list_shows_pointers_and_the_digests_of_versions(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    assert practice.target.touch.registry
    registry.list_them(Namespace(stack=None, target="chat"))

    shown = capsys.readouterr().out
    assert shown.startswith("chat@live -> 7\n")
    assert f"chat 6 ({V6.fingerprint}): model sha256:model-6, tokenizer sha256:tokenizer-6" in shown


def test_the_dry_run_prints_what_would_move_and_moves_nothing(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.diff(Namespace(stack=None, target="chat"))

    assert capsys.readouterr().out.splitlines() == [
        f"{a_snapshot().key} (2026-11-25T11:00:00.000Z): can be trusted",
        "  would move chat@live from 7 to 6",
    ]
    assert practice.registry.applied == []


def test_the_dry_run_says_what_speaks_against_a_snapshot(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    practice.registry.store = {**DIGESTS, "s3://models/chat/6/tokenizer": "other"}

    registry.diff(Namespace(stack=None, target="chat"))

    assert "version 6 of chat@live: tokenizer cannot be trusted" in capsys.readouterr().out


def test_of_sagemakers_registry_it_shows_what_was_decided_and_what_is_in_force(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    practice.touch(PACKAGED)
    practice.registry.registry = replace(practice.registry.registry, aliases={})
    practice.snapshots.kept.clear()
    practice.registry.decide(**{"chat@6": "Approved"})
    practice.snapshots.keep(written_down(PACKAGED, practice.registry.registry))
    practice.registry.decide(**{"chat@7": "Approved"})

    registry.list_them(Namespace(stack=None, target="chat"))
    shown = capsys.readouterr().out
    registry.diff(Namespace(stack=None, target="chat"))

    assert shown.startswith("chat@approved -> 7\n  chat@6 is Approved\n  chat@7 is Approved\n  chat 6 (")
    assert "  would move chat@approved from 7 to 6" in capsys.readouterr().out


def test_a_target_without_a_registry_is_named() -> None:
    with pytest.raises(NotThere, match="no target 'search' that names a registry"):
        registry._target("search", None)
