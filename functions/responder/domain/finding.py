"""What a check of the audit trail can find; each finding names the object and the version it is about."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """The closed list, in the order in which a reviewer wants to know."""

    MODIFIED = "modified"
    MISSING = "missing"
    UNREFERENCED = "unreferenced"
    SHADOWED = "shadowed"
    DELETE_MARKER = "delete_marker"
    WEAK_LOCK = "weak_lock"
    MISPLACED = "misplaced"
    UNREADABLE = "unreadable"
    BACKDATED = "backdated"
    SEQUENCE_GAP = "sequence_gap"
    CHAIN_BREAK = "chain_break"
    SEAL_GAP = "seal_gap"
    SEAL_CHAIN_BREAK = "seal_chain_break"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    STALE_HEAD = "stale_head"
    NO_END = "intention_without_end"
    NO_INTENTION = "effect_without_intention"
    NO_DISPOSITION = "no_disposition"


MEANS = {
    Fault.MODIFIED: "the bytes are not those that were sealed",
    Fault.MISSING: "a seal lists it, but it is not there",
    Fault.UNREFERENCED: "it is there, but no seal lists it",
    Fault.SHADOWED: "a newer version lies over the one that was written first",
    Fault.DELETE_MARKER: "somebody deleted it; the version below may still be there",
    Fault.WEAK_LOCK: "it is locked for less, or less strictly, than the policy says",
    Fault.MISPLACED: "it lies under a name that does not agree with what it says",
    Fault.UNREADABLE: "it is no record or seal",
    Fault.BACKDATED: "it says it was recorded earlier than can be",
    Fault.SEQUENCE_GAP: "a number of the stream is left out",
    Fault.CHAIN_BREAK: "it does not follow the record before it",
    Fault.SEAL_GAP: "an hour has no seal",
    Fault.SEAL_CHAIN_BREAK: "the seal does not follow the seal before it",
    Fault.BAD_SIGNATURE: "the seal is not signed by the key it names",
    Fault.UNKNOWN_KEY: "the seal is signed with a key that was not given as trusted",
    Fault.STALE_HEAD: "the trail ends earlier than, or otherwise than, it should",
    Fault.NO_END: "something was intended, and nothing says how it ended",
    Fault.NO_INTENTION: "something was done that no record intended",
    Fault.NO_DISPOSITION: "an incident was closed without saying how each of its episodes ended",
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with the trail."""

    fault: Fault
    key: str
    version: str
    says: str

    def __str__(self) -> str:
        version = f" version {self.version}" if self.version else ""
        return f"{self.fault}: {self.key}{version}: {self.says}"
