"""Tries and the one answer of an invitation, in the journal's table but never in its journal.

    LINK#<name> / TRY#<n>   one item per try
    LINK#<name> / ANSWER    answer

Each is put once, on the condition that nobody did before: a hundred requests at once count as a hundred, and nothing
is ever changed.
"""

from typing import Any

from responder.adapters import aws
from responder.errors import TryAgain

_TAKEN = "ConditionalCheckFailedException"


class LinkUsesTable:
    """One call to look or to settle, and as many to count a try as there were tries."""

    def __init__(self, table: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._table, self._dynamodb = table, client

    def answer(self, name: str) -> str | None:
        try:
            found = self._dynamodb.get_item(TableName=self._table, Key=_key(name, "ANSWER"), ConsistentRead=True)
        except aws.TROUBLE as error:
            raise TryAgain(f"uses of a link: {aws.code_of(error)}") from error
        return str(found["Item"]["answer"]["S"]) if "Item" in found else None

    def count_try(self, name: str, most: int) -> int | None:
        return next((n for n in range(1, most + 1) if self._put(_key(name, f"TRY#{n}"))), None)

    def settle(self, name: str, answer: str) -> str:
        if self._put({**_key(name, "ANSWER"), "answer": {"S": answer}}):
            return answer
        return self.answer(name) or answer

    def _put(self, item: dict[str, Any]) -> bool:
        """Put an item; False when somebody did before."""
        try:
            self._dynamodb.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except aws.TROUBLE as error:
            if aws.code_of(error) == _TAKEN:
                return False
            raise TryAgain(f"uses of a link: {aws.code_of(error)}") from error
        return True


def _key(name: str, what: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"LINK#{name}"}, "sk": {"S": what}}
