"""OpsItems of AWS Systems Manager: tickets without a third party.

The deduplication string is the incident's id: while an OpsItem of it is open, a second create is refused with the
id of the first, so a lost answer is asked again without harm. A description takes 2048 characters; the rest of
the story goes into the operational data, where updates are appended too.
"""

import json
from typing import Any

from responder.adapters import aws
from responder.domain.escalation import NoticeKind
from responder.domain.target import Team
from responder.errors import ActionFailed, CannotKnow, NotThere
from responder.ports import Letter

LONGEST_TITLE, LONGEST_TEXT, LONGEST_SOURCE = 1024, 2048, 128
NO_ITEM = "oi-000000000000"
LONGEST_STORY = 12_000  # bytes; all operational data of an item share 20 KB
_LEVEL = {"critical": "1", "error": "2", "warning": "3", "info": "4", "none": "4"}
_EXISTS, _GONE = "OpsItemAlreadyExistsException", "OpsItemNotFoundException"


class OpsItems:
    """One item per incident."""

    name = "ops_items"
    kinds = (NoticeKind.TICKET,)

    def __init__(self, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._ssm = client

    def send(self, letter: Letter) -> str:
        """Create the item, or return the one that an earlier try made."""
        try:
            made = self._ssm.create_ops_item(**_item(letter))
        except aws.TROUBLE as error:
            if aws.code_of(error) == _EXISTS:
                return str(error.response["OpsItemId"])
            raise _failure(error) from error
        return str(made["OpsItemId"])

    def update(self, letter: Letter, external_id: str) -> None:
        """Put the newest text on top; earlier ones stay in the incident's journal."""
        data = {"update": _text(f"{letter.subject}\n\n{letter.body}"[: LONGEST_STORY // 4])}
        self._change(external_id, Description=_description(letter), OperationalData=data)

    def resolve(self, letter: Letter, external_id: str) -> None:
        self._change(external_id, Description=_description(letter), Status="Resolved")

    def look(self, to: Team) -> str:  # noqa: ARG002  # OpsCenter knows no teams
        """Try to change what does not exist: who may not is refused for that first."""
        try:
            self._change(NO_ITEM, Status="Resolved")
        except NotThere:
            return "OpsCenter may be written; that items can be made is only seen with --send"
        raise ActionFailed(f"OpsCenter has an item {NO_ITEM}, which nobody made")

    def _change(self, external_id: str, **changes: object) -> None:
        try:
            self._ssm.update_ops_item(OpsItemId=external_id, **changes)
        except aws.TROUBLE as error:
            raise _failure(error) from error


def _item(letter: Letter) -> dict[str, Any]:
    dedup = json.dumps({"dedupString": letter.key})
    links = "\n".join(f"{name}: {href}" for name, href in letter.links)
    data = {
        "/aws/dedup": {"Type": "SearchableString", "Value": dedup},
        "incident": {"Type": "SearchableString", "Value": letter.key},
        "story": _text(letter.body),
    }
    return {
        "Title": letter.subject[:LONGEST_TITLE],
        "Description": _description(letter),
        "Source": f"responder {letter.team}".strip()[:LONGEST_SOURCE],
        "Severity": _LEVEL.get(letter.severity, "1"),
        "Category": "Availability",
        "OperationalData": data | ({"links": _text(links)} if links else {}),
    }


def _description(letter: Letter) -> str:
    """Keep the beginning: what is wrong and what to do first."""
    whole = "the rest is under operational data" if len(letter.body) > LONGEST_TEXT else ""
    return letter.body[: LONGEST_TEXT - len(whole) - 5] + (f"...\n\n{whole}" if whole else "")


def _text(text: str) -> dict[str, str]:
    return {"Type": "String", "Value": text.encode()[:LONGEST_STORY].decode(errors="ignore")}


def _failure(error: Exception) -> ActionFailed:
    says = f"OpsCenter: {aws.code_of(error)}"
    if aws.code_of(error) == _GONE:
        return NotThere(says)
    lost = not hasattr(error, "response") or aws.code_of(error) == "InternalServerError"
    return CannotKnow(says) if lost else ActionFailed(says)
