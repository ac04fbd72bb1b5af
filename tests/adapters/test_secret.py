from dataclasses import dataclass

import pytest
from tests.adapters.cloud import a_secret

from responder.adapters.secret import REMEMBERED_S, Secret
from responder.errors import ActionFailed


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.usefixtures("cloud")
def test_a_rotated_secret_is_noticed_after_a_while() -> None:
    client, clock = a_secret("key", "old"), Clock()
    secret = Secret("key", client, clock)
    secret.read()
    client.put_secret_value(SecretId="key", SecretString="new")

    assert secret.read() == "old"
    clock.now = REMEMBERED_S + 1
    assert secret.read() == "new"


@pytest.mark.usefixtures("cloud")
def test_what_is_remembered_is_used_on_while_the_store_is_down() -> None:
    client, clock = a_secret("key", "old"), Clock()
    secret = Secret("key", client, clock)
    secret.read()
    client.delete_secret(SecretId="key", ForceDeleteWithoutRecovery=True)
    clock.now = REMEMBERED_S + 1

    assert secret.read() == "old"
    with pytest.raises(ActionFailed):
        secret.read(fresh=True)


@pytest.mark.usefixtures("cloud")
def test_the_line_break_an_editor_left_is_not_part_of_the_secret() -> None:
    assert Secret("key", a_secret("key", "text\n")).read() == "text"


@pytest.mark.usefixtures("cloud")
def test_an_empty_secret_is_refused_by_name() -> None:
    with pytest.raises(ActionFailed, match="secret key is empty"):
        Secret("key", a_secret("key", " ")).read()
