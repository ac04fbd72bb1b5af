"""A service of ECS, whose task definitions are its releases."""

from dataclasses import dataclass

from pydantic import ConfigDict


@dataclass(frozen=True)
class EcsService:
    """A service that ECS itself deploys; `images` are repositories of ECR whose tags may be looked up.

    An image that is named by its digest needs none of them. One that is named by a tag anywhere else cannot be vouched
    for: the tag may have moved.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    cluster: str
    service: str
    images: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.cluster}/{self.service}"

    @property
    def part_of(self) -> str:
        return f"ecs-service/{self.name}"
