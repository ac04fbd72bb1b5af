from dataclasses import replace

import pytest
from tests.world import CHAT

from responder.domain.target import NoTarget, Target, find_target
from responder.domain.things.documents import LimitsDocument, ServingProfile
from responder.domain.things.registries import MlflowRegistry, ModelPackages, Registry
from responder.domain.touch import Touch

SEARCH = replace(CHAT, name="search", match={"model": "search"}, touch=Touch(sagemaker_endpoint="search"))
PROD = replace(CHAT, name="prod", match={"model": ["chat", "chat-eu"], "env": "prod"})


def _found(labels: dict[str, str], *targets: Target) -> str:
    found = find_target(labels, targets)
    return found.name if isinstance(found, Target) else found.reason


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ({"model": "chat"}, "chat"),
        ({"model": "search", "env": "prod"}, "search"),
        ({"model": "chat-eu"}, "no_target"),
        ({"env": "prod"}, "no_target"),
        ({"model": "CHAT"}, "no_target"),
        ({}, "no_target"),
    ],
)
def test_labels_select_the_entry_whose_matchers_all_agree(labels: dict[str, str], name: str) -> None:
    assert _found(labels, CHAT, SEARCH) == name


def test_a_document_belongs_to_one_target_whatever_it_is_for() -> None:
    limits = replace(CHAT, touch=Touch(limits_document=LimitsDocument("app", "prod", "doc", {"rate": 1})))
    profile = replace(SEARCH, touch=Touch(serving_profile=ServingProfile("app", "prod", "doc", {"batch": 1})))

    assert limits.claims == profile.claims == ("123456789012/us-east-1/document/app/prod/doc",)


def test_a_list_of_values_means_one_of_them() -> None:
    assert _found({"model": "chat-eu", "env": "prod"}, PROD) == "prod"
    assert _found({"model": "search", "env": "prod"}, PROD) == "no_target"


def test_an_alert_that_matches_two_entries_has_no_target() -> None:
    found = find_target({"model": "chat", "env": "prod"}, [CHAT, PROD])

    assert found == NoTarget(
        "ambiguous_target",
        "the labels match 2 entries of services.yaml: chat, prod; make their matchers exclude each other",
    )


def test_the_default_entry_takes_alerts_without_any_target_label() -> None:
    default = replace(SEARCH, default=True)

    assert _found({"alertname": "Slow"}, CHAT, default) == "search"
    assert _found({"alertname": "Slow"}, CHAT, SEARCH) == "no_target"


def test_the_default_entry_does_not_take_what_names_something_else() -> None:
    assert _found({"model": "billing"}, CHAT, replace(SEARCH, default=True)) == "no_target"


def test_an_alert_without_a_target_tells_its_owner_what_to_add() -> None:
    found = find_target({"alertname": "Slow"}, [CHAT, PROD])

    assert isinstance(found, NoTarget)
    assert found.says.endswith("give the alert rule the labels env, model, or add an entry")


def test_an_empty_allow_list_says_so() -> None:
    found = find_target({"model": "chat"}, [])

    assert isinstance(found, NoTarget)
    assert "names no target yet" in found.says


def test_the_resource_names_account_region_and_endpoint() -> None:
    assert CHAT.resource == "123456789012/us-east-1/sagemaker-endpoint/chat"


def test_values_in_a_selector_cannot_end_their_string() -> None:
    target = replace(CHAT, series={"model": 'a"} or vector(1) #\\', "env": "two\nlines"})

    assert target.selector == r'env="two\nlines",model="a\"} or vector(1) #\\"'


def test_of_a_registry_each_model_belongs_to_one_target() -> None:
    one = replace(CHAT, touch=Touch(sagemaker_endpoint="chat", registry=Registry("models", ("chat", "lora"))))

    assert one.claims == (
        "123456789012/us-east-1/sagemaker-endpoint/chat",
        "123456789012/us-east-1/registry/models/chat",
        "123456789012/us-east-1/registry/models/lora",
    )


@pytest.mark.parametrize(
    ("touch", "claims"),
    [
        (
            Touch(mlflow_registry=MlflowRegistry("https://m/a", ("chat", "lora"), "live")),
            ("mlflow-registry/m/a/chat@live", "mlflow-registry/m/a/lora@live"),
        ),
        (Touch(model_packages=ModelPackages(("chat", "lora"))), ("model-packages/chat", "model-packages/lora")),
    ],
    ids=["mlflow", "packages"],
)
def test_so_does_each_of_other_registries(touch: Touch, claims: tuple[str, ...]) -> None:
    one = replace(CHAT, touch=touch)

    assert one.claims == tuple(f"123456789012/us-east-1/{claim}" for claim in claims)
    assert one.registry == one.resource
