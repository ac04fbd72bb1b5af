"""The bearer tokens of the webhook."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.adapters.cloud import a_secret

from responder.adapters.in_memory import InMemoryTokens
from responder.adapters.secret import Secret
from responder.adapters.tokens import SecretTokens
from responder.errors import TryAgain
from responder.ports import Tokens


@dataclass
class Keyring:
    """Tokens, and the hands to rotate them or to take the store away."""

    tokens: Tokens
    rotate: Callable[[dict[str, list[str]]], None]
    break_it: Callable[[], None]


@pytest.fixture(params=["twin", "secret"])
def keyring(request: pytest.FixtureRequest) -> Keyring:
    if request.param == "twin":
        twin = InMemoryTokens(tokens={"alertmanager": ["old"]})
        return Keyring(twin, lambda t: setattr(twin, "tokens", t), lambda: setattr(twin, "trouble", TryAgain("down")))
    request.getfixturevalue("cloud")
    client = a_secret("webhook-tokens", '{"alertmanager": ["old"]}')
    return Keyring(
        SecretTokens(Secret("webhook-tokens", client)),
        lambda tokens: client.put_secret_value(SecretId="webhook-tokens", SecretString=json.dumps(tokens)),
        lambda: client.delete_secret(SecretId="webhook-tokens", ForceDeleteWithoutRecovery=True),
    )


def test_tokens_are_known_by_their_source(keyring: Keyring) -> None:
    assert keyring.tokens.read(fresh=False) == {"alertmanager": ["old"]}


def test_a_rotated_token_is_seen_when_asked_for_fresh_ones(keyring: Keyring) -> None:
    keyring.tokens.read(fresh=False)
    keyring.rotate({"alertmanager": ["new", "old"]})

    assert keyring.tokens.read(fresh=False) == {"alertmanager": ["old"]}
    assert keyring.tokens.read(fresh=True) == {"alertmanager": ["new", "old"]}


def test_an_unreadable_secret_is_try_again(keyring: Keyring) -> None:
    keyring.break_it()

    with pytest.raises(TryAgain):
        keyring.tokens.read(fresh=False)


def test_what_was_read_outlives_the_store(keyring: Keyring) -> None:
    keyring.tokens.read(fresh=False)
    keyring.break_it()

    assert keyring.tokens.read(fresh=False) == {"alertmanager": ["old"]}
