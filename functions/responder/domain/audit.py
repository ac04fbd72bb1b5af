"""Audit records: one per journal entry, immutable, each standing alone, chained per stream.

A record is a CloudEvent (specversion 1.0). Its bytes are made once, when the entry is appended; the journal
keeps them and the export writes exactly them. `previous_sha256` is the SHA-256 of the record before it in
the same stream, so that nothing can be edited, dropped or put in between without breaking the chain.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from responder.domain.plain import canonical, sha256, stamp

SCHEMA = 1
DATASCHEMA = f"urn:llm-alert-responder:audit-record:{SCHEMA}"  # the $id of docs/audit-record.schema.json
GENESIS = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who wrote it: the function (or the person at the command line), and under which rules.

    `version` is the revision of the code, `instance` the published version of the function, `config_sha256` the
    digest of all runbooks and services it was deployed with.
    """

    kind: str
    name: str
    version: str
    instance: str = ""
    config_sha256: str = ""


@dataclass(frozen=True)
class Record:
    """One audit record and where it goes."""

    stream: str
    seq: int
    key: str
    text: str

    @property
    def sha256(self) -> str:
        return sha256(self.text)


def make_record(
    stream: str,
    seq: int,
    previous: str,
    kind: str,
    subject: str,
    facts: dict[str, Any],
    actor: Actor,
    trace_id: str,
    now: datetime,
) -> Record:
    """Write the record of one entry; `facts` are plain data."""
    envelope = {
        "specversion": "1.0",
        "id": f"{stream}/{seq}",
        "source": "llm-alert-responder",
        "type": f"llm.responder.{kind}",
        "subject": subject,
        "time": stamp(now),
        "datacontenttype": "application/json",
        "dataschema": DATASCHEMA,
        "data": {
            "schema_version": SCHEMA,
            "stream": stream,
            "seq": seq,
            "previous_sha256": previous,
            "recorded_at": stamp(now),
            "actor": {"kind": actor.kind, "name": actor.name, "version": actor.version, "instance": actor.instance},
            "config_sha256": actor.config_sha256,
            "trace_id": trace_id,
            **facts,
        },
    }
    return Record(stream, seq, record_key(stream, seq, now), canonical(envelope))


def record_key(stream: str, seq: int, recorded: datetime) -> str:
    return f"audit/v1/{stamp(recorded)[:13]}/{stream}/{seq:08d}.json"


def record_of(text: str) -> Record:
    """Rebuild a record, with the key under which it belongs, from its bytes."""
    data = json.loads(text)["data"]
    recorded = datetime.fromisoformat(data["recorded_at"])
    return Record(data["stream"], data["seq"], record_key(data["stream"], data["seq"], recorded), text)


def check_chain(texts: Sequence[str]) -> list[str]:
    """Return what is wrong with a stream's records, in the order given; nothing when the chain holds."""
    faults, previous = [], GENESIS
    for number, text in enumerate(texts, start=1):
        data = json.loads(text)["data"]
        if data["seq"] != number:
            faults.append(f"record {number}: sequence says {data['seq']}")
        if data["previous_sha256"] != previous:
            faults.append(f"record {number}: does not follow the record before it")
        previous = sha256(text)
    return faults
