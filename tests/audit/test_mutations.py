"""Whatever is done to the trail is found and named; an honest trail of the same size passes."""

import copy
import os
from pathlib import Path
from random import Random

import pytest
from tests.audit.mutations import MUTATIONS, Expected, Mutation
from tests.audit.trails import Kept, an_honest_trail

from responder.adapters.audit_copy import write_copy
from responder.adapters.audit_folder import About, AuditFolder
from responder.domain.finding import Finding

TIMES = int(os.environ.get("AUDIT_MUTATIONS", "40"))  # of each class; by hand: 1000


@pytest.fixture(scope="module")
def honest() -> Kept:
    return an_honest_trail()


def test_an_honest_trail_passes(honest: Kept) -> None:
    assert honest.heads.head
    found, tally = honest.check(heads=(honest.heads.head.sha256,))

    assert found == []
    assert tally.records > 50
    assert tally.seals > 15
    assert tally.late == 1


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.__name__)
def test_every_mutation_is_found_and_named(mutation: Mutation, honest: Kept) -> None:
    unseen = [seed for seed in range(TIMES) if not _found(mutation, seed, honest)]

    assert unseen == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.__name__)
def test_every_mutation_is_found_in_a_copy_as_well(mutation: Mutation, honest: Kept, tmp_path: Path) -> None:
    for seed in range(max(TIMES // 10, 1)):
        kept, expected = _harmed(mutation, seed, honest)
        folder = tmp_path / str(seed)
        write_copy(kept.trail, folder, About("audit", kept.now, "ann"), lambda _: None)

        assert any(_names(finding, expected) for finding in kept.verify(heads=_noted(kept), of=AuditFolder(folder)))


def _found(mutation: Mutation, seed: int, honest: Kept) -> bool:
    kept, expected = _harmed(mutation, seed, honest)
    return any(_names(finding, expected) for finding in kept.verify(heads=_noted(kept)))


def _harmed(mutation: Mutation, seed: int, honest: Kept) -> tuple[Kept, Expected]:
    kept = copy.copy(honest)
    kept.trail = copy.copy(honest.trail)
    kept.trail.objects = {key: list(versions) for key, versions in honest.trail.objects.items()}
    return kept, mutation(kept, Random(seed))  # noqa: S311  # chance, not secrecy


def _noted(kept: Kept) -> tuple[str, ...]:
    return (kept.heads.head.sha256,) if kept.heads.head else ()


def _names(finding: Finding, expected: Expected) -> bool:
    return (
        finding.fault in expected.faults
        and finding.key == expected.key
        and (not expected.version or finding.version == expected.version)
    )
