"""What is being rolled out is stopped."""

from tests.stories.story import SOON, TOLD_MORE, Story
from tests.world import Practice, a_release

from responder.domain.incident import Disposition
from responder.domain.things.rollouts import CodeDeployGroup, ConfigRollout
from responder.domain.touch import LambdaAlias, Touch, TouchKind


def _canary_without_a_way_back(practice: Practice) -> None:
    practice.touch(Touch(lambda_alias=LambdaAlias("chat", "live")), version="chat-v1", canary="chat-v2=0.5")
    practice.releases.markers.clear()
    practice.releases.save(a_release("v2", minutes_ago=20, good=False))


def _release_that_codedeploy_rolls_out(practice: Practice) -> None:
    """CodeDeploy moves the traffic; the function's alias is named as well, and is not what is frozen."""
    touch = Touch(lambda_alias=LambdaAlias("chat", "live"), codedeploy_group=CodeDeployGroup("chat", "live"))
    practice.touch(touch, version="chat-v1", canary="")
    practice.things[TouchKind.CODEDEPLOY_GROUP].stand(practice.target, deployment="d-1")
    practice.releases.markers.clear()
    practice.metrics.crowded = lambda _: practice.standing(TouchKind.CODEDEPLOY_GROUP) == {"deployment": "d-1"}


def _prompt_that_is_rolled_out(practice: Practice) -> None:
    practice.touch(Touch(config_rollout=ConfigRollout("app", "prod", "prompts")), deployment="7")
    practice.metrics.crowded = lambda _: practice.running() == "7"


STORIES = (
    Story("frozen canary", _canary_without_a_way_back, 1, TOLD_MORE, Disposition.RECOVERED, "chat-v1", SOON),
    Story(
        "stopped deployment",
        _release_that_codedeploy_rolls_out,
        1,
        TOLD_MORE,
        Disposition.RECOVERED,
        "chat-v1",
        SOON,
    ),
    Story("stopped configuration", _prompt_that_is_rolled_out, 1, TOLD_MORE, Disposition.RECOVERED, "", SOON),
)
