"""The pages topic: the fan-out everybody may subscribe to, and the way that is left when others fail."""

from typing import Any

from responder.adapters import aws
from responder.domain.escalation import NoticeKind
from responder.domain.target import Team
from responder.errors import ActionFailed, NotThere
from responder.ports import Letter

PENDING = "PendingConfirmation"
LONGEST_SUBJECT = 100
LARGEST = 250_000  # bytes; SNS takes 256 KiB, attributes included


class SnsTopic:
    """One call per letter; a topic has no keys, so the number tells tries apart, and what follows says so itself."""

    name = "sns"
    kinds = (NoticeKind.PAGE, NoticeKind.TICKET, NoticeKind.NOTE)

    def __init__(self, arn: str, client: Any) -> None:  # noqa: ANN401  # boto3 has no types
        self._arn, self._sns = arn, client

    def send(self, letter: Letter) -> str:
        try:
            answer = self._sns.publish(
                TopicArn=self._arn,
                Subject=_subject(letter.subject),
                Message=_text(letter),
                MessageAttributes=_attributes(letter),
            )
        except aws.TROUBLE as error:
            raise ActionFailed(f"topic: {aws.code_of(error)}") from error
        return str(answer["MessageId"])

    def update(self, letter: Letter, external_id: str) -> None:  # noqa: ARG002  # a topic forgets what it sent
        self.send(letter)

    def resolve(self, letter: Letter, external_id: str) -> None:  # noqa: ARG002  # as above
        self.send(letter)

    def look(self, to: Team) -> str:  # noqa: ARG002  # teams are told apart by whoever subscribes
        """Count who has confirmed: a topic takes everything, also when nobody hears it."""
        try:
            known = self._sns.list_subscriptions_by_topic(TopicArn=self._arn)["Subscriptions"]
        except aws.TROUBLE as error:
            raise ActionFailed(f"topic: {aws.code_of(error)}") from error
        heard = sum(one["SubscriptionArn"] != PENDING for one in known)
        if not heard:
            raise NotThere("nobody has confirmed a subscription; confirm the mail that SubscriberEmail got")
        return f"{heard} confirmed subscribers"


def _attributes(letter: Letter) -> dict[str, dict[str, str]]:
    """Subscribers filter by page, ticket and note, and by team; what only follows up wakes nobody."""
    kind = letter.kind if letter.kind in SnsTopic.kinds else NoticeKind.NOTE
    said = {"kind": str(kind)} | ({"team": letter.team} if letter.team else {})
    return {name: {"DataType": "String", "StringValue": text} for name, text in said.items()}


def _subject(text: str) -> str:
    """SNS refuses a subject that is not printable ASCII on one line, or is longer than 100 characters."""
    clean = "".join(c if c.isascii() and c.isprintable() else "?" for c in " ".join(text.split()))
    return clean[:LONGEST_SUBJECT].strip() or "(no subject)"


def _text(letter: Letter) -> str:
    links = "".join(f"\n{text}: {href}" for text, href in letter.links if href not in letter.body)
    signature = f"\n\n{letter.key} number {letter.number}, from {letter.source}"
    room = LARGEST - len((links + signature).encode())
    return letter.body.encode()[:room].decode(errors="ignore") + links + signature
