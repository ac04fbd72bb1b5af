"""Release markers in the journal's table: RELEASE#<target> / <marked at>#<version>."""

import json
from typing import Any

from responder.adapters import aws
from responder.adapters.journal_table import query_all
from responder.domain.plain import canonical, from_plain, stamp, to_plain
from responder.domain.release import Release
from responder.errors import TryAgain


class ReleasesTable:
    """One call to read a target's releases, one to write a marker."""

    def __init__(self, table: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._table, self._dynamodb = table, client

    def of(self, target: str) -> list[Release]:
        asked = {
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": f"RELEASE#{target}"}},
            "ConsistentRead": True,
        }
        found = query_all(self._dynamodb, TableName=self._table, **asked)
        return [from_plain(Release, json.loads(item["release"]["S"]), "release") for item in found]

    def save(self, release: Release) -> None:
        item = {
            "pk": {"S": f"RELEASE#{release.target}"},
            "sk": {"S": f"{stamp(release.marked_at)}#{release.version}"},
            "release": {"S": canonical(to_plain(release))},
        }
        try:
            self._dynamodb.put_item(TableName=self._table, Item=item)
        except aws.TROUBLE as error:
            raise TryAgain(f"releases: {aws.code_of(error)}") from error
