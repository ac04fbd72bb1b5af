"""What lies in a service's queue of work that nobody can answer."""

from infra.local.letters import POISON, url_of
from infra.local.live.hands import Hands

IN_A_BATCH, BATCHES = 10, 9


def send_poison(hands: Hands) -> None:
    """Send it many messages that kill whoever reads them."""
    sqs, named = hands.house.clouds.client("sqs"), hands.target.touch.dead_letters
    entries = [{"Id": str(number), "MessageBody": POISON} for number in range(IN_A_BATCH)]
    for _ in range(BATCHES if named else 0):
        sqs.send_message_batch(QueueUrl=url_of(sqs, named.of[0] if named else ""), Entries=entries)
