import pytest
from botocore.exceptions import ReadTimeoutError
from tests.adapters.cloud import TABLE, a_table, losing

from responder.adapters import aws
from responder.adapters.link_uses import LinkUsesTable
from responder.errors import TryAgain


@pytest.mark.usefixtures("cloud")
def test_a_link_stands_apart_from_every_target_and_incident() -> None:
    dynamodb = a_table()

    LinkUsesTable(TABLE, dynamodb).count_try("abc", 5)

    (item,) = dynamodb.scan(TableName=TABLE)["Items"]
    assert item == {"pk": {"S": "LINK#abc"}, "sk": {"S": "TRY#1"}}


@pytest.mark.usefixtures("cloud")
def test_trouble_is_try_again_and_never_a_try_that_nobody_counted() -> None:
    uses = LinkUsesTable(TABLE, losing(aws.make_client("dynamodb"), ReadTimeoutError(endpoint_url="table")))

    for ask in (lambda: uses.answer("a"), lambda: uses.count_try("a", 5), lambda: uses.settle("a", "yes")):
        with pytest.raises(TryAgain):
            ask()
