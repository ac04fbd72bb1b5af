import json
import re
from typing import Any

import pytest
from tests.commands.every_kind import EVERY_KIND, written

from responder.domain.runbook import FLEET, STORM, parse_quota
from responder.domain.services import parse_services
from responder.domain.touch import TouchKind
from responder.errors import CannotRead

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/a/1"
GOOD = """\
services:
  chat:
    match: {model: chat, env: [prod, canary]}
    account: "123456789012"
    region: us-east-1
    touch: {sagemaker_endpoint: chat}
    series: {model: chat}
    team: ml-platform
    default: true
  search:
    match: {model: search}
    account: "123456789012"
    region: us-east-1
    touch: {sagemaker_endpoint: search}
    series: {model: search}
    team: ml-platform
"""


def test_entries_become_targets_named_by_their_key() -> None:
    services = parse_services(GOOD, "services.yaml")

    assert [t.name for t in services.targets] == ["chat", "search"]
    assert services.targets[0].resource == "123456789012/us-east-1/sagemaker-endpoint/chat"
    assert services.fleet == FLEET


def test_an_empty_allow_list_is_fine() -> None:
    assert parse_services("services: {}\n", "services.yaml").targets == ()


def test_what_a_storm_is_may_be_said_and_is_three_targets_in_ten_minutes_where_it_is_not() -> None:
    said = parse_services("services: {}\nstorm: 5 per 20m\n", "services.yaml")

    assert said.storm == parse_quota("5 per 20m")
    assert parse_services("services: {}\n", "services.yaml").storm == STORM == parse_quota("3 per 10m")


def test_the_fleet_may_have_several_windows() -> None:
    services = parse_services("services: {}\nfleet: [3 per 10m, 10 per 1h]\n", "services.yaml")

    assert services.fleet == (parse_quota("3 per 10m"), parse_quota("10 per 1h"))


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("touch: {sagemaker_endpoint: search}", "touch: {sagemaker_endpoint: chat}",
         r":14: search may touch the same resource as chat"),
        ("touch: {sagemaker_endpoint: search}", "touch: {}", r":14: search names nothing that may be touched"),
        ("touch: {sagemaker_endpoint: search}", "touch: {endpoint: search}",
         r":14: unknown key services.search.touch.endpoint; .*sagemaker_endpoint"),
        ("    match: {model: search}", "    default: true\n    match: {model: search}",
         r":11: search is a second default"),
        ("match: {model: search}", "match: {}", r":11: search matches every alert"),
        ("series: {model: search}", "series: {}", r":15: search has no series"),
        ("series: {model: search}", 'series: {"mo-del": search}', r":10: 'mo-del' is not a label name"),
        ("  search:", "  Search_1:", r":10: 'Search_1' is not a name; use 1 to 63"),
        ('"123456789012"', "123456789012", r":4: services.chat.account is 123456789012, not text; put it in quotes"),
        ('"123456789012"', '"1234"', r":4: '1234' is not an account"),
        ("    team: ml-platform", "    team: ml-platform\n    name: x", r":9: unknown key services.chat.name"),
        ("    team: ml-platform", "    team: x\n    role_arn: arn:aws:iam::999999999999:role/x", r":9: .*not a role"),
        ("touch: {sagemaker_endpoint: search}",
         f"touch: {{target_group: {{group: '{GROUP}', least: 2}}}}",
         r":14: .*targetgroup/a/1 is in 123456789012/eu-west-1, search in 123456789012/us-east-1"),
        ("touch: {sagemaker_endpoint: search}", "touch: {capacity: {resource: endpoint/chat/variant/a, most: 4}}",
         r":14: search may touch the same resource as chat"),
        ("touch: {sagemaker_endpoint: search}",
         "touch: {registry: {table: t, models: [a]}, model_packages: {groups: [a]}}",
         ":14: search names a second model registry: model_packages"),
        ("touch: {sagemaker_endpoint: search}",
         "touch: {mlflow_registry: {url: 'http://m', models: [\"a'b\"], alias: x}}",
         ":14: .*models"),
        ("touch: {sagemaker_endpoint: search}", "touch: {capacity: {resource: table/chat, most: 4}}",
         r":14: .*capacity"),
        ("services:", "service:", r":1: key services is missing"),
        ("services:", "fleet: 3 per day\nservices:", r":1: fleet: .*not a duration"),
    ],
)  # fmt: skip  # one case to a line reads as a table
def test_a_fault_is_refused_with_its_line_and_what_to_write_instead(good: str, bad: str, said: str) -> None:
    assert good in GOOD

    with pytest.raises(CannotRead) as refused:
        parse_services(GOOD.replace(good, bad, 1), "services.yaml")

    assert re.search(r"^services\.yaml" + said, str(refused.value), re.MULTILINE), str(refused.value)


@pytest.mark.parametrize(
    ("of", "fits"),
    [
        ("arn:aws:sqs:us-east-1:123456789012:work", True),
        ("arn:aws:sqs:us-east-1:123456789012:work.fifo", False),
        ("arn:aws:sqs:eu-west-1:123456789012:work", False),
        ("arn:aws:sqs:us-east-1:210987654321:work", False),
        ("arn:aws:sqs:us-east-1:123456789012:dead", False),
    ],
)
def test_dead_letters_go_back_to_queues_of_their_own_sort_and_place(of: str, fits: bool) -> None:  # noqa: FBT001  # a column of the table
    dead = "arn:aws:sqs:us-east-1:123456789012:dead"
    touch = f'touch: {{sagemaker_endpoint: search, dead_letters: {{queue: "{dead}", of: ["{of}"], most: 10}}}}'
    written = GOOD.replace("touch: {sagemaker_endpoint: search}", touch)

    if fits:
        named = parse_services(written, "services.yaml").targets[1].touch.dead_letters
        assert named
        assert (named.name, named.rate, named.per_day) == ("dead", 10, 1)
        return
    with pytest.raises(CannotRead, match="cannot have dead letters in dead"):
        parse_services(written, "services.yaml")


def test_dead_letters_are_in_the_account_and_region_of_their_target() -> None:
    elsewhere = "arn:aws:sqs:eu-west-1:123456789012"
    touch = f'touch: {{dead_letters: {{queue: "{elsewhere}:dead", of: ["{elsewhere}:work"], most: 10}}}}'

    with pytest.raises(CannotRead, match=r"is in 123456789012/eu-west-1, search in 123456789012/us-east-1"):
        parse_services(GOOD.replace("touch: {sagemaker_endpoint: search}", touch), "services.yaml")


SQS = "arn:aws:sqs:us-east-1:123456789012"


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        (TouchKind.DEAD_LETTERS, {"of": f"{SQS}:work"}, r"dead_letters.of is 'arn.*', not a list; write a list: \["),
        (TouchKind.DEAD_LETTERS, {"of": []}, "dead_letters.of is empty; name at least 1"),
        (TouchKind.DEAD_LETTERS, {"queue": "dead"}, "write the ARN of the queue, not its name or URL, like arn:aws"),
        (TouchKind.DEAD_LETTERS, {"queue": f"{SQS}:dead\n"}, "write the ARN of the queue"),
        (TouchKind.DEAD_LETTERS, {"of": [f"{SQS}:work.fifo"]}, "work.fifo is FIFO, the other is not"),
        (TouchKind.DEAD_LETTERS, {"queue": f"{SQS}:dead.fifo"}, "dead.fifo is FIFO, the other is not"),
        (TouchKind.DEAD_LETTERS, {"of": [f"{SQS}:dead"]}, "chat: .*: it is the dead-letter queue itself"),
        (TouchKind.DEAD_LETTERS, {"of": [f"{SQS.replace('us-', 'eu-')}:work"]}, "in region eu-east-1, the entry in us"),
        (TouchKind.DEAD_LETTERS, {"of": [f"{SQS.replace('1234', '9999')}:work"]}, "it is in account 999956789012"),
        (TouchKind.DEAD_LETTERS, {"queue": f"{SQS.replace('1234', '9999')}:dead"}, "is in 999956789012/us-east-1"),
        (TouchKind.LITELLM_CIRCUIT, {"half_open": 10}, "10 is not .*; write a share between 0 and 0.5"),
        (TouchKind.LITELLM_CIRCUIT, {"half_open": 0}, "0 is not .*; write a share between 0 and 0.5"),
        (TouchKind.LITELLM_CIRCUIT, {"url": "http://g:4000/"}, "write .* without path or trailing slash, like https"),
        (TouchKind.LITELLM_CIRCUIT, {"fallback": ["a", "a"]}, "fallback: a is written twice; keep one"),
        (TouchKind.CIRCUIT, {"half_open": {"share": 0}}, "chat: half_open is the same as open"),
        (TouchKind.CAPACITY, {"resource": "endpoint/rank/AllTraffic"}, "write .*endpoint/NAME/variant/NAME, like"),
        (TouchKind.LISTENER_WEIGHTS, {"weights": {"a": 0, "b": 0}}, "all weights are 0"),
        (TouchKind.VARIANT_WEIGHTS, {"weights": {"a": 0, "b": 0}}, "all weights are 0"),
        (TouchKind.TARGET_GROUP, {"group": "chat"}, "write the ARN of the target group, not its name"),
        (TouchKind.MODEL_PACKAGES, {"groups": [f"{SQS}:x"]}, "write the name of the model package group, not its ARN"),
        (TouchKind.MLFLOW_REGISTRY, {"models": ["a", "a"]}, "models: a is written twice"),
        (TouchKind.REGISTRY, {"models": ["a", "a"]}, "models: a is written twice"),
        (TouchKind.ADAPTER, {"replicas": ["http://a:1", "http://a:1"]}, "replicas: http://a:1 is written twice"),
        (TouchKind.ADAPTER, {"replicas": ["a:1"]}, "replicas.0: 'a:1' .* like http://10.0.0.1:8000"),
        (TouchKind.ADAPTER, {"objects": ["https://m/{version}"]}, "write an object in S3 with {version} in its key"),
        (TouchKind.ADAPTER, {"objects": ["s3://m/x"]}, "write an object in S3 with {version} in its key"),
    ],
)  # fmt: skip  # one case to a line reads as a table
def test_one_fault_of_a_thing_is_one_finding_in_words(kind: TouchKind, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(CannotRead) as refused:
        parse_services(written(kind, **changes), "services.yaml")

    assert re.search(said, str(refused.value)), str(refused.value)
    assert str(refused.value).count("\n") == 0


def test_open_and_half_open_write_the_same_keys() -> None:
    with pytest.raises(CannotRead, match="share is in only one of open and half_open; write the same keys in both"):
        parse_services(written(TouchKind.CIRCUIT, half_open={"shore": 0.1}), "services.yaml")


def test_calls_go_through_one_circuit() -> None:
    plain = written(TouchKind.CIRCUIT)
    both = json.loads(plain)
    both["services"]["chat"]["touch"]["litellm_circuit"] = EVERY_KIND[TouchKind.LITELLM_CIRCUIT]

    assert parse_services(plain, "services.yaml").targets
    with pytest.raises(CannotRead, match="chat names circuit and litellm_circuit; keep the one its calls go through"):
        parse_services(json.dumps(both), "services.yaml")
