"""What speaks for a failure mode, and what speaks against it.

A signal looks at exactly one thing and carries one weight, a natural log-odds: +2.3 says "ten times likelier",
-2.3 "ten times less likely". However often it is seen, it counts once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import ConfigDict

from responder.domain.failure_mode import FailureMode

Kind = Literal["alertname", "alert", "log", "text", "measure", "explained_by"]
_NAMED = re.compile(r"\{([a-z]+)\}")
_ACRONYMS = "VLLM|LLM|RAG|TTFT|TPOT|KV|GPU|CPU|OOM|API|SLO|SLA|PII|DB|TTS|AI"  # `VLLMTTFTSLOBreach` holds three of them
_WORD_EDGE = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])_(?=[A-Za-z])"
    rf"|(?<=\bVLLM)(?=(?:{_ACRONYMS}))|(?<=TTFT|TPOT)(?=SLO|SLA)|(?<=\bLLM|\bRAG|\bGPU)(?=(?:{_ACRONYMS}))"
)


@dataclass(frozen=True)
class Signal:
    """One thing that speaks for (weight > 0) or against (weight < 0) a failure mode.

    - `alertname`: whole names of alerts.
    - `alert`, `log`, `text`: patterns (see matching.py) over what is written in the alert, in a log line, or in
      either. Text is lower-cased and white space is one space; an alert's name is read as words too.
    - `unless`: patterns that take the signal back where they show in the same text: "a tunnel is down" is not
      about us, unless the text speaks of a model.
    - `query`, `metric`: a measurement counts when `when` holds of its `value`. The query is PromQL, `$series` is
      the target's selector; `metric` lists the names under which others hand us the same measurement.
    - `explained_by`: another mode that is likelier than not and would cause this one's symptoms.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: str
    says: str
    weight: float
    alertname: tuple[str, ...] = ()
    alert: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    query: str | None = None
    metric: tuple[str, ...] = ()
    when: str | None = None
    explained_by: FailureMode | None = None

    @property
    def patterns(self) -> tuple[str, ...]:
        return self.alert or self.log or self.text


def spell_out(signal: Signal, words: Mapping[str, str]) -> Signal:
    """Put the page's word lists where its patterns name them: `{high}` becomes `(?:high|above|over)`."""
    lists = {name: "(?:" + re.sub(r"\s*\|\s*", "|", written) + ")" for name, written in words.items()}

    def spelled(patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_NAMED.sub(lambda m: lists.get(m[1], m[0]), pattern) for pattern in patterns)

    return replace(
        signal,
        alert=spelled(signal.alert),
        log=spelled(signal.log),
        text=spelled(signal.text),
        unless=spelled(signal.unless),
    )


def words_named(pattern: str) -> list[str]:
    """Return the word lists a pattern uses."""
    return _NAMED.findall(pattern)


def kind_of(signal: Signal) -> Kind | None:
    """Return what the signal looks at, None when it looks at nothing or at several things."""
    given: dict[Kind, object] = {
        "alertname": signal.alertname,
        "alert": signal.alert,
        "log": signal.log,
        "text": signal.text,
        "measure": signal.query or signal.metric,
        "explained_by": signal.explained_by,
    }
    found = [kind for kind, thing in given.items() if thing]
    return found[0] if len(found) == 1 else None


def as_words(name: str) -> str:
    """Read `KubePodOOMKilled` and `gpu_memory_high` as words."""
    return _WORD_EDGE.sub(" ", name)
