import pytest
from botocore.exceptions import ConnectTimeoutError
from tests.adapters.cloud import a_bucket, losing
from tests.world import NOON

from responder.adapters import aws
from responder.adapters.quarantine import S3Quarantine
from responder.errors import TryAgain


@pytest.mark.usefixtures("cloud")
def test_a_cause_in_any_script_and_length_fits_into_the_metadata() -> None:
    client = a_bucket("quarantine")

    key = S3Quarantine("quarantine", client).keep(b"x", "größer\nals 你好 " + "x" * 5000, NOON)

    cause = client.head_object(Bucket="quarantine", Key=key)["Metadata"]["cause"]
    assert cause.startswith("gr??er?als ?? xxx")
    assert len(cause) == 1000


def test_bytes_that_cannot_be_kept_are_tried_again() -> None:
    client = losing(aws.make_client("s3"), ConnectTimeoutError(endpoint_url="https://s3"))

    with pytest.raises(TryAgain):
        S3Quarantine("quarantine", client).keep(b"x", "cause", NOON)
