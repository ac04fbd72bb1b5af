import pytest
from tests.adapters.web import Web

from responder.adapters import aws


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls be signed; nobody checks with what."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "practice")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "practice")


def test_a_client_is_made_when_it_is_first_used() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("client")
        return "text"

    client = aws.Lazy(make)

    assert made == []
    assert (client.upper(), client.title()) == ("TEXT", "Text")
    assert made == ["client"]


def test_a_service_has_one_client() -> None:
    assert aws.client("sqs") is aws.client("sqs")


@pytest.mark.parametrize(("once", "tries"), [(True, 1), (False, 2)])
@pytest.mark.usefixtures("keys")
def test_a_client_to_act_with_never_repeats_a_call(
    web: Web,
    monkeypatch: pytest.MonkeyPatch,
    once: bool,  # noqa: FBT001  # a case of the test
    tries: int,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER", web.url)
    web.says({}, 503)

    with pytest.raises(aws.TROUBLE):
        aws.make_client("sagemaker", once=once).describe_endpoint(EndpointName="chat")
    assert len(web.asked) == tries


def test_no_call_outlives_a_lease() -> None:
    """One try of a client to act with fits into the worst case a plan reckons with."""
    config = aws.make_client("sagemaker", once=True).meta.config

    assert config.connect_timeout + config.read_timeout < 10


@pytest.mark.usefixtures("keys")
def test_a_failure_is_named_in_the_outsides_own_word(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", web.url)
    web.says(b"<Error><Code>SlowDown</Code></Error>", 503)

    with pytest.raises(aws.TROUBLE) as raised:
        aws.make_client("s3", once=True).get_object(Bucket="audit", Key="key")
    assert aws.code_of(raised.value) == "SlowDown"
