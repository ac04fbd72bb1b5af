"""The model registries and their snapshots, on the twins, on moto, and on MLflow: a stand-in, and itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import pytest
from tests.adapters.cloud import a_bucket, a_registry_table
from tests.adapters.registries import (
    MLFLOW,
    Server,
    a_group,
    a_model_name,
    a_real_server,
    a_tracking_server,
    decide,
    packaged,
    stored,
)
from tests.registry import A_TARGET, V6, V7, a_registry, a_snapshot
from tests.world import NOON

from responder.adapters.in_memory_registry import InMemoryRegistry, InMemorySnapshots
from responder.adapters.registries import Registries
from responder.adapters.registry_bucket import RegistryBucket
from responder.adapters.roles import RemediationRoles
from responder.domain.plans.registry import ModelVersion
from responder.domain.remediation import Standing, classify
from responder.domain.target import Target
from responder.domain.things.registries import MlflowRegistry, ModelPackages
from responder.domain.things.registries import Registry as Touched
from responder.domain.touch import Touch
from responder.errors import NotThere
from responder.ports import RegistrySnapshots, Remediator

Values = dict[str, str]
GONE = Touched("models", ("gone",))


@dataclass(frozen=True)
class Case:
    """A registry on a bad version, a good one before it, and somebody who decides for a third behind our back."""

    registry: InMemoryRegistry | Registries
    target: Target
    good: ModelVersion
    bad: ModelVersion
    before: Values
    desired: Values
    meddle: Callable[[], None]
    end: Callable[[], None] = lambda: None


def _pointers(target: Target, good: ModelVersion, bad: ModelVersion, alias: str) -> tuple[Values, Values]:
    entry = f"{target.touch.models[0]}@{alias}"
    return {entry: f"{bad.version} {bad.fingerprint}"}, {entry: f"{good.version} {good.fingerprint}"}


def _approvals(good: ModelVersion, bad: ModelVersion) -> tuple[Values, Values]:
    stays = {f"{good.model}@{good.version}": f"Approved {good.fingerprint}"}
    moves = f"{bad.model}@{bad.version}"
    return {**stays, moves: f"Approved {bad.fingerprint}"}, {**stays, moves: f"Rejected {bad.fingerprint}"}


def _twin() -> Case:
    twin = InMemoryRegistry()
    for version in (V6, V7):
        twin.add(version)
    twin.point(**{"chat@live": "7", "other@live": "1"})
    return Case(twin, A_TARGET, V6, V7, *_pointers(A_TARGET, V6, V7, "live"), lambda: twin.point(**{"chat@live": "5"}))


def _twin_of_packages() -> Case:
    target, twin = replace(A_TARGET, touch=Touch(model_packages=ModelPackages(("chat",)))), InMemoryRegistry()
    for version in (V6, V7):
        twin.add(version)
    twin.decide(**{"chat@6": "Approved", "chat@7": "Approved", "other@1": "Approved"})
    return Case(twin, target, V6, V7, *_approvals(V6, V7), lambda: twin.decide(**{"chat@8": "Approved"}))


def _dynamodb() -> Case:
    (good, bad), point = a_registry_table("models", V6, V7)
    point("7")
    registry = Registries(RemediationRoles("", None))
    return Case(registry, A_TARGET, good, bad, *_pointers(A_TARGET, good, bad, "live"), lambda: point("5"))


def _in_mlflow(server: Server, end: Callable[[], None] = lambda: None) -> Case:
    model = a_model_name()
    named = MlflowRegistry(server.url, (model,), "champion")
    target = replace(A_TARGET, touch=Touch(mlflow_registry=named))
    good, bad, third = (_registered(server, model, number) for number in ("1", "2", "3"))
    server.point(model, "champion", "2")
    values = _pointers(target, good, bad, "champion")
    registry = Registries(RemediationRoles("", None))
    meddle = partial(server.point, model, "champion", third.version)
    return Case(registry, target, good, bad, *values, meddle, end)


def _registered(server: Server, model: str, number: str) -> ModelVersion:
    objects, digests = stored(model, number, "model", "tokenizer")
    assert server.register(model, objects) == number
    return ModelVersion(model, number, digests, objects)


def _packages() -> Case:
    group = a_group()
    target = replace(A_TARGET, touch=Touch(model_packages=ModelPackages((group,))))
    good, bad = (packaged(group, "Approved", number) for number in ("1", "2"))
    packaged(group, "PendingManualApproval", "3")
    meddle = partial(decide, group, "3", "Approved")
    return Case(Registries(RemediationRoles("", None)), target, good, bad, *_approvals(good, bad), meddle)


def _mlflow() -> Case:
    server = a_tracking_server()
    return _in_mlflow(server, server.close)


MADE = {"dynamodb": _dynamodb, "mlflow": _mlflow, "packages": _packages}
TWINS = {"twin": _twin, "twin of packages": _twin_of_packages}
REAL = pytest.param(
    "real mlflow",
    marks=[pytest.mark.mlflow, pytest.mark.skipif(not MLFLOW, reason="no MLflow here: name its program in MLFLOW")],
)


@pytest.fixture(scope="session")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_real_server(tmp_path_factory.mktemp("mlflow")) as server:
        yield server


@pytest.fixture(params=[*TWINS, *MADE, REAL])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    if request.param in TWINS:
        yield TWINS[request.param]()
        return
    server = request.getfixturevalue("real_server") if request.param == "real mlflow" else None
    request.getfixturevalue("cloud")
    made = _in_mlflow(server) if server else MADE[request.param]()
    yield made
    made.end()


def _remediator(case: Case) -> Remediator:
    if isinstance(case.registry, InMemoryRegistry) or not case.target.touch.registered:
        return case.registry  # type: ignore[return-value]  # the twin is both
    return case.registry.kinds[case.target.touch.registered[0]]


@pytest.fixture(params=["twin", "s3"])
def snapshots(request: pytest.FixtureRequest) -> RegistrySnapshots:
    if request.param == "twin":
        return InMemorySnapshots()
    request.getfixturevalue("cloud")
    return RegistryBucket("audit", a_bucket("audit"))


def test_only_the_entries_of_the_target_are_seen(case: Case) -> None:
    assert _remediator(case).observe(case.target).current == case.before
    versions = case.registry.read(case.target).versions
    assert case.good in versions
    assert case.bad in versions
    assert {version.model for version in versions} == set(case.target.touch.models)


def test_what_is_in_force_is_an_entry(case: Case) -> None:
    found = case.registry.read(case.target)

    assert list(found.entries(case.target.touch.models).values()) == [f"{case.bad.version} {case.bad.fingerprint}"]


def test_a_target_without_entries_is_not_there(case: Case) -> None:
    with pytest.raises(NotThere):
        _remediator(case).observe(replace(case.target, touch=_gone(case.target.touch)))


def _gone(touch: Touch) -> Touch:
    """The same registry, with a model in it that nobody has."""
    if touch.mlflow_registry:
        return Touch(mlflow_registry=replace(touch.mlflow_registry, models=("gone",)))
    return Touch(model_packages=ModelPackages(("gone",))) if touch.model_packages else Touch(registry=GONE)


def test_a_restore_moves_what_is_in_force_and_can_be_taken_back(case: Case) -> None:
    remediator = _remediator(case)

    done = remediator.apply(case.target, remediator.observe(case.target), case.desired, "action-1")
    after = remediator.observe(case.target)
    (stands,) = case.registry.read(case.target).entries(case.target.touch.models).values()
    undone = remediator.apply(case.target, after, case.before, "action-1")

    assert (done.result, undone.result) == ("accepted", "accepted")
    assert classify(after, case.before, case.desired) is Standing.DESIRED
    assert stands == f"{case.good.version} {case.good.fingerprint}"
    assert classify(remediator.observe(case.target), case.before, case.desired) is Standing.BEFORE


def test_what_somebody_decided_since_it_was_looked_at_is_left_alone(case: Case) -> None:
    remediator = _remediator(case)
    seen = remediator.observe(case.target)
    case.meddle()
    meddled = remediator.observe(case.target)

    assert classify(meddled, case.before, case.desired) is Standing.OTHER
    assert remediator.apply(case.target, seen, case.desired, "action-1").result == "refused"
    assert remediator.observe(case.target) == meddled


def test_the_parts_of_a_version_are_read_as_they_are_now(case: Case) -> None:
    assert case.registry.artefacts(case.target, case.good).digests == case.good.digests
    gone = replace(case.good, objects={})
    assert case.registry.artefacts(case.target, gone).missing == tuple(case.good.digests)


def test_the_newest_snapshots_from_before_a_moment_come_first(snapshots: RegistrySnapshots) -> None:
    taken = [replace(a_snapshot(), taken_at=NOON - timedelta(hours=hours)) for hours in (3, 2, 1)]
    for snapshot in taken:
        snapshots.keep(snapshot)

    assert snapshots.before(NOON, 2) == [taken[2], taken[1]]
    assert snapshots.before(taken[2].taken_at, 5) == [taken[1], taken[0]]
    assert snapshots.before(taken[0].taken_at, 5) == []


def test_a_snapshot_comes_back_as_it_was_kept(snapshots: RegistrySnapshots) -> None:
    snapshots.keep(a_snapshot())

    (back,) = snapshots.before(NOON, 1)

    assert back == a_snapshot()
    assert back.registry == a_registry("6")


def test_where_nothing_was_kept_there_is_nothing(snapshots: RegistrySnapshots) -> None:
    assert snapshots.before(NOON, 5) == []
