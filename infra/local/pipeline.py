"""What a delivery pipeline does about a release: mark it in the responder's books, and roll the endpoint to it."""

from dataclasses import replace
from datetime import UTC, datetime

from infra.local.house import House
from infra.local.seed import ENDPOINT, config_name, release
from responder.adapters.releases_table import ReleasesTable
from responder.adapters.sagemaker_artefacts import look_at
from responder.domain.release import Release


def mark(house: House, version: str) -> Release:
    """Write down what a version is made of."""
    found = look_at(house.clouds.client("sagemaker"), house.clouds.client("s3"), config_name(version))
    marker = Release(
        target=ENDPOINT,
        version=version,
        config=config_name(version),
        digests=found.artefacts.digests,
        marked_at=datetime.now(UTC),
        marked_by="practice pipeline",
    )
    _books(house).save(marker)
    return marker


def adopt(house: House, version: str) -> None:
    """Vouch for a version, as a person does on day one."""
    marker = mark(house, version)
    good = replace(marker, known_good="adopted", known_good_at=marker.marked_at, known_good_by="practice")
    _books(house).save(good)


def deliver(house: House, version: str) -> None:
    """Mark a version and roll it out."""
    mark(house, version)
    release(house.clouds, version)


def _books(house: House) -> ReleasesTable:
    return ReleasesTable(house.stack.outputs["JournalTable"], house.clouds.client("dynamodb"))
