"""What a check cannot know from where it stands, said plainly each time."""

from collections.abc import Iterator

from responder.domain.audit_check import Tally

NEVER = "what was never written at all; compare with what Alertmanager sent, and with CloudTrail"
NO_KEY = "who signed: every seal was checked with the key it names itself; give the public key you kept with --key"
KMS_KEY = "whether KMS was given another key meanwhile; give the public key you kept with --key"
NO_HEAD = "whether the newest seals were cut off; give the hash of a seal you noted earlier with --head"
NO_MANIFEST = (
    "newer versions, delete markers and locks: this folder has no manifest; make one with responder audit copy"
)
MANIFEST = "whether versions, delete markers and locks are as the manifest says: that is the word of who made the copy"


def of_bucket(*, keys: bool, noted: bool, head: bool) -> tuple[str, ...]:
    return _those((not keys, KMS_KEY), (not (noted or head), NO_HEAD), (True, NEVER))


def of_folder(*, keys: bool, manifest: bool, head: bool) -> tuple[str, ...]:
    return _those((not keys, NO_KEY), (not head, NO_HEAD), (True, MANIFEST if manifest else NO_MANIFEST), (True, NEVER))


def of_tally(tally: Tally) -> Iterator[str]:
    if tally.unsealed:
        yield f"whether {tally.unsealed} records after the newest seal were changed; only their chains were checked"
    if tally.in_flight:
        yield f"how {tally.in_flight} actions end that were under way when the trail ended"


def _those(*lines: tuple[bool, str]) -> tuple[str, ...]:
    return tuple(line for applies, line in lines if applies)
