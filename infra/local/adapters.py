"""The adapter of a service on every replica of practice: made, brought to a version, and looked at."""

from collections.abc import Mapping
from dataclasses import replace

from infra.local.clouds import Clouds
from infra.local.errors import LocalCloudError
from infra.local.seed import BUCKET, VERSIONS
from infra.local.web import Answer, ask
from responder.domain.things.adapter import VERSION, Adapter


def make_adapter(clouds: Clouds, service: str, named: Adapter) -> Adapter:
    """Begin the replicas with the first version loaded, and keep what each version is made of."""
    place = f"s3://{BUCKET}/{service}/adapters/{VERSION}"
    for version in VERSIONS:
        key = place.removeprefix(f"s3://{BUCKET}/").replace(VERSION, version)
        weights = f"practice adapter of {service} {version}\n".encode()
        clouds.client("s3").put_object(Bucket=BUCKET, Key=key, Body=weights, ChecksumAlgorithm="SHA256")
    lies = [path_of(named, version) for version in VERSIONS]
    begun = tell_engines(clouds, "replicas", {"count": len(named.replicas), "lies": lies}).json()["replicas"]
    made = replace(named, replicas=tuple(begun), objects=(place,))
    for url in made.replicas:
        bring(made, url, VERSIONS[0])
    return made


def path_of(named: Adapter, version: str) -> str:
    """Say where a version lies on a replica."""
    return named.path.replace(VERSION, version)


def bring(named: Adapter, url: str, version: str) -> bool:
    """Ask a replica for a version, as a pipeline does; tell whether it has it now."""
    return ask("POST", f"{url}/v1/load_lora_adapter", named.asked(path_of(named, version))).status == 200  # noqa: PLR2004  # done


def take_out(named: Adapter, url: str) -> None:
    """Take the adapter out of a replica."""
    ask("POST", f"{url}/v1/unload_lora_adapter", named.asked(""))


def tell_engines(clouds: Clouds, order: str, told: Mapping[str, object]) -> Answer:
    """Give whoever runs the replicas an order."""
    answer = ask("POST", f"{clouds.engines_url}/{order}", told)
    if answer.status != 200:  # noqa: PLR2004  # done
        raise LocalCloudError(f"the engines refused {order}: {answer.body.decode()}")
    return answer


def look_at_adapter(named: Adapter) -> dict[str, str]:
    """Ask each replica which path the adapter stands for, "" where for none; replicas as plans call them."""
    return {host: _loaded(named, host) for host in named.hosts}


def _loaded(named: Adapter, host: str) -> str:
    cards = ask("GET", f"{named.url(host)}/v1/models").json()["data"]
    return next((str(card["root"]) for card in cards if card["id"] == named.adapter and card["parent"]), "")
