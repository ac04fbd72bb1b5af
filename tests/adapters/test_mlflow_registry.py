"""Aliases of MLflow's registered models, over the wire; the contract they share with others is tests/contracts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from infra.local.desk import Reply
from infra.local.mlflow import Tracking
from tests.adapters.cloud import a_secret
from tests.adapters.registries import Practiced, a_tracking_server, stored
from tests.adapters.web import Web
from tests.world import CHAT

from responder.adapters.mlflow_registry import LOOKED_AT, MlflowRegistry
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.registry import UNREAD
from responder.domain.remediation import Snapshot
from responder.domain.target import Target
from responder.domain.things.registries import MlflowRegistry as Named
from responder.domain.touch import Touch
from responder.errors import CannotKnow, NotThere

SEEN = MlflowRegistry(RemediationRoles("", None))
KEY = "the-key"
STANDS = Snapshot({"chat@champion": "2 x"}, "", settled=True)

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture
def server() -> Iterator[Practiced]:
    made = a_tracking_server()
    yield made
    made.close()


def _target(url: str, *models: str, token: str | None = None) -> Target:
    return replace(CHAT, touch=Touch(mlflow_registry=Named(url, models or ("chat",), "champion", token)))


def _two_versions(server: Practiced, *models: str) -> None:
    """Every model has two versions, and the alias points at the second."""
    for model in models or ("chat",):
        for number in ("1", "2"):
            server.register(model, stored(model, number, "tokenizer")[0])
        server.point(model, "champion", "2")


def _plan_values(target: Target) -> tuple[Snapshot, dict[str, str]]:
    """How it stands, and how it would with every alias at the first version."""
    seen, found = SEEN.observe(target), SEEN.read(target)
    firsts = {entry: found.version(entry, "1") for entry in seen.current}
    return seen, {entry: f"1 {version.fingerprint}" for entry, version in firsts.items() if version}


@pytest.mark.parametrize("secret", [KEY, json.dumps({"username": "responder", "password": KEY})])
def test_a_token_or_a_password_is_shown(server: Practiced, secret: str) -> None:
    _two_versions(server)
    a_secret("chat/mlflow", secret)
    server.tracking.key = KEY

    assert SEEN.observe(_target(server.url, token="chat/mlflow")).current.keys() == {"chat@champion"}  # noqa: S106  # a name


@pytest.mark.parametrize("secret", ["another", '{"user": "x"}', "{broken"])
def test_with_another_key_nothing_is_known_and_nothing_changed(server: Practiced, secret: str) -> None:
    _two_versions(server)
    a_secret("chat/mlflow", secret)
    server.tracking.key = KEY
    target = _target(server.url, token="chat/mlflow")  # noqa: S106  # a name

    with pytest.raises(CannotKnow):
        SEEN.observe(target)
    assert SEEN.apply(target, STANDS, {"chat@champion": "1 x"}, "action-1").result == "refused"
    assert server.tracking.aliases["chat", "champion"] == "2"


def test_only_the_alias_of_the_target_moves(server: Practiced) -> None:
    _two_versions(server)
    server.point("chat", "challenger", "2")
    target = _target(server.url)
    seen, wanted = _plan_values(target)

    done = SEEN.apply(target, seen, wanted, "action-1")

    assert (done.result, done.says) == ("accepted", "chat@champion points at 1")
    assert server.tracking.aliases == {("chat", "champion"): "1", ("chat", "challenger"): "2"}


class Contested(Tracking):
    """Somebody else moves every alias back in the moment it was moved."""

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        before, answer = dict(self.aliases), super().__call__(method, path, headers, body)
        self.aliases |= before
        return answer


def test_somebody_else_in_the_same_moment_is_said() -> None:
    server = a_tracking_server(tracking=Contested())
    _two_versions(server)
    target = _target(server.url)
    seen, wanted = _plan_values(target)

    done = SEEN.apply(target, seen, wanted, "action-1")
    server.close()

    says = "chat@champion was moved to 1, and points at 2: somebody else moved it"
    assert (done.result, done.says) == ("accepted", says)


def test_where_one_of_two_did_not_follow_it_is_asked_for_again(server: Practiced) -> None:
    _two_versions(server, "chat", "draft")
    server.tracking.broken.add("draft")
    target = _target(server.url, "chat", "draft")
    seen, wanted = _plan_values(target)

    first = SEEN.apply(target, seen, wanted, "action-1")
    server.tracking.broken.clear()
    between = SEEN.observe(target)
    SEEN.apply(target, between, wanted, "action-1")

    assert (first.result, first.says[:34]) == ("accepted", "1 of 2 aliases moved; draft@champi")
    assert between.piecemeal
    assert SEEN.observe(target).current == wanted


def test_a_model_without_the_alias_is_not_there(server: Practiced) -> None:
    server.register("chat", {})

    with pytest.raises(NotThere, match="alias champion not found"):
        SEEN.observe(_target(server.url))


def test_without_tags_the_source_counts_where_it_is_one_object(server: Practiced) -> None:
    objects, digests = stored("chat", "1", "model")
    server.tell("registered-models/create", {"name": "chat"})
    for source in (objects["model"], "models:/m-1", "s3://models/chat/folder/", "dbfs:/chat"):
        server.tell("model-versions/create", {"name": "chat", "source": source})
    server.tracking.logged["models:/m-1"] = objects["model"]
    server.point("chat", "champion", "1")

    found = {version.version: version.digests for version in SEEN.read(_target(server.url)).versions}

    assert found == {"1": digests, "2": digests, "3": {"model": UNREAD}, "4": {}}


def test_a_version_whose_parts_cannot_be_read_is_told(server: Practiced) -> None:
    server.register("chat", {"tokenizer": "s3://models/gone"})
    server.point("chat", "champion", "1")

    assert SEEN.observe(_target(server.url)).state == "1 entries, without digests: chat@champion"


def test_a_digest_that_is_recorded_is_not_read_again(server: Practiced) -> None:
    tags = [{"key": "digest.tokenizer", "value": "sha256:x"}, {"key": "object.tokenizer", "value": "s3://models/gone"}]
    server.tell("registered-models/create", {"name": "chat"})
    server.tell("model-versions/create", {"name": "chat", "source": "", "tags": tags})
    server.point("chat", "champion", "1")
    target = _target(server.url)
    (version,) = SEEN.read(target).versions

    assert version.digests == {"tokenizer": "sha256:x"}
    assert SEEN.artefacts(target, version).missing == ("tokenizer",)


def test_no_more_than_the_newest_versions_are_looked_at(server: Practiced) -> None:
    for _ in range(LOOKED_AT + 3):
        server.register("chat", {})
    server.point("chat", "champion", "1")

    found = [version.version for version in SEEN.read(_target(server.url)).versions]

    assert found == ["1", *(str(number) for number in range(LOOKED_AT + 3, 3, -1))]


def test_an_answer_without_end_is_given_up(web: Web) -> None:
    web.says(b"[" * 10_000_000)

    with pytest.raises(CannotKnow, match="longer than"):
        SEEN.observe(_target(web.url))


@pytest.mark.parametrize(
    ("said", "status"), [({"error_code": "INTERNAL_ERROR"}, 500), ([], 200), ({"model_version": {}}, 200), ({}, 302)]
)
def test_an_answer_nobody_understands_is_no_answer(web: Web, said: object, status: int) -> None:
    web.says(said, status)

    with pytest.raises(CannotKnow):
        SEEN.observe(_target(web.url))
    assert SEEN.apply(_target(web.url), STANDS, {"chat@champion": "1 x"}, "action-1").result == "refused"


def test_a_server_that_is_down_is_not_known() -> None:
    with pytest.raises(CannotKnow):
        SEEN.observe(_target("http://127.0.0.1:9"))


def test_what_a_target_does_not_name_is_not_there() -> None:
    with pytest.raises(NotThere):
        SEEN.observe(CHAT)
