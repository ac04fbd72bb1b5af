"""What stands of the queues, the topic and the schedule, in the words of the template."""

import json

from infra.local.clouds import Clouds
from infra.local.stack.compare import Found

PLAIN_ATTRIBUTES = (
    "FifoQueue",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "SqsManagedSseEnabled",
    "MessageRetentionPeriod",
    "VisibilityTimeout",
)
JSON_ATTRIBUTES = ("RedrivePolicy", "RedriveAllowPolicy")


def queue(clouds: Clouds, url: str) -> Found:
    """Read all attributes of a queue."""
    found = clouds.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {
        "QueueName": found["QueueArn"].rsplit(":", 1)[-1],
        **{name: found.get(name) for name in PLAIN_ATTRIBUTES},
        **{name: json.loads(found[name]) if name in found else None for name in JSON_ATTRIBUTES},
    }


def queue_policy(clouds: Clouds, _physical: str, wanted: Found) -> Found:
    """Read the policy of the queues that the resource names."""
    sqs = clouds.client("sqs")
    found = [
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
        for url in wanted["Queues"]
    ]
    return {"Queues": wanted["Queues"], "PolicyDocument": _the_one(found)}


def topic(clouds: Clouds, arn: str) -> Found:
    """Read a topic."""
    found = clouds.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    return {"DisplayName": found.get("DisplayName"), "KmsMasterKeyId": found.get("KmsMasterKeyId")}


def topic_policy(clouds: Clouds, _physical: str, wanted: Found) -> Found:
    """Read the policy of the topics that the resource names."""
    sns = clouds.client("sns")
    found = [sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"] for arn in wanted["Topics"]]
    return {"Topics": wanted["Topics"], "PolicyDocument": _the_one(found)}


def subscription(clouds: Clouds, arn: str) -> Found:
    """Read who is told; an e-mail address that was not confirmed yet can only be read from the topic's list."""
    listed = clouds.client("sns").list_subscriptions_by_topic(TopicArn=arn.rsplit(":", 1)[0])["Subscriptions"]
    return next(one for one in listed if one["SubscriptionArn"] == arn)


def rule(clouds: Clouds, name: str) -> Found:
    """Read a schedule and what it starts."""
    events = clouds.client("events")
    found = events.describe_rule(Name=name)
    return {
        "Description": found.get("Description"),
        "ScheduleExpression": found.get("ScheduleExpression"),
        "Targets": events.list_targets_by_rule(Rule=name)["Targets"],
    }


def _the_one(policies: list[str]) -> Found | None:
    """Read the policy, when all have the same one."""
    same = {json.dumps(json.loads(one), sort_keys=True) for one in policies}
    return json.loads(same.pop()) if len(same) == 1 else None
