import pytest
from tests.adapters.cloud import a_secret

from responder.adapters.secret import Secret
from responder.adapters.tokens import SecretTokens
from responder.errors import TryAgain


def tokens(text: str) -> SecretTokens:
    return SecretTokens(Secret("webhook-tokens", a_secret("webhook-tokens", text)))


@pytest.mark.usefixtures("cloud")
def test_a_source_with_one_token_needs_no_list() -> None:
    assert tokens('{"grafana": "t0ken", "alertmanager": ["new", "old"]}').read(fresh=False) == {
        "grafana": ["t0ken"],
        "alertmanager": ["new", "old"],
    }


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(
    "text",
    [
        "s3cret",
        '"s3cret"',
        '["s3cret"]',
        '{"alertmanager": 7, "x": "s3cret"}',
        '{"a": "", "x": "s3cret"}',
        '{"a": [""]}',
    ],
)
def test_a_secret_of_another_form_is_try_again_and_is_not_quoted(text: str) -> None:
    """An empty token would let everybody in, so it is another form too."""
    with pytest.raises(TryAgain, match="does not have the form") as raised:
        tokens(text).read(fresh=False)
    assert "s3cret" not in str(raised.value)
