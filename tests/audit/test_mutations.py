"""Whatever is done to the trail is found and named; an honest trail of the same size passes."""

import copy
import os
from random import Random

import pytest
from tests.audit.mutations import MUTATIONS, Expected, Mutation
from tests.audit.trails import Kept, an_honest_trail

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


def _found(mutation: Mutation, seed: int, honest: Kept) -> bool:
    kept = copy.copy(honest)
    kept.trail = copy.copy(honest.trail)
    kept.trail.objects = {key: list(versions) for key, versions in honest.trail.objects.items()}
    assert kept.heads.head
    expected = mutation(kept, Random(seed))  # noqa: S311  # chance, not secrecy
    return any(_names(finding, expected) for finding in kept.verify(heads=(kept.heads.head.sha256,)))


def _names(finding: Finding, expected: Expected) -> bool:
    return (
        finding.fault in expected.faults
        and finding.key == expected.key
        and (not expected.version or finding.version == expected.version)
    )
