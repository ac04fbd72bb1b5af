import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.adapters.runbook_files import read_library
from responder.domain.literals import literals_of
from responder.domain.matching import PatternIndex, compiled, index_patterns, parts_of
from responder.domain.signal import as_words

ROOT = Path(__file__).parents[2]
CORPUS = [
    json.loads(line).get("text", line).lower()
    for line in (ROOT / "tests/corpus/failure_modes.dev.jsonl").read_text().splitlines()
]
SHIPPED = sorted(
    {
        pattern
        for page in read_library(ROOT / "runbooks").book.runbooks.values()
        for signal in page.policy.signals
        for pattern in (*signal.patterns, *signal.unless)
    }
)


def found_in(text: str, *patterns: str) -> list[str]:
    return [found.quote for found in index_patterns(patterns).search(text)]


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("cuda error:? (device-side assert|out of memory)", {"device-side assert", "out of memory"}),
        ("a+?bcd", {"abcd"}),
        ("(?:foo|ba?r)+x?yzzy", {"yzzy"}),
        ("oom(killed)?", {"oom"}),
        ("(?!never)sometimes", {"sometimes"}),
        ("超时|timed out", {"超时", "timed out"}),
        (r"vocab\w* size", {"vocab"}),
        ("[abc]+", set()),
        (r"\d\d", set()),
    ],
)
def test_a_match_holds_one_of_the_literals(pattern: str, literals: set[str]) -> None:
    assert set(literals_of(pattern)) == literals


@pytest.mark.parametrize("pattern", SHIPPED)
def test_the_index_finds_what_the_expressions_find(pattern: str) -> None:
    """Whatever the literals promise, no match may be lost by looking for them first."""
    tried = PatternIndex({}, (pattern,))
    indexed = index_patterns([pattern])

    for text in CORPUS:
        assert bool(list(indexed.search(text))) == bool(list(tried.search(text)))


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    assert list(index_patterns(SHIPPED[:40]).search(text)) == list(index_patterns(SHIPPED[:40]).search(text))


def test_capitals_do_not_matter_and_the_quote_keeps_them() -> None:
    assert found_in("torch: CUDA Out Of Memory!", "cuda out of memory") == ["CUDA Out Of Memory"]


def test_a_space_also_stands_for_what_joins_identifiers() -> None:
    assert found_in("error=content_policy_violation", "content policy violation") == ["content_policy_violation"]
    assert found_in("out-of-memory", "out of memory") == ["out-of-memory"]


def test_joined_parts_are_found_in_any_order() -> None:
    assert found_in("latency is high", "latency ~ high") == ["latency is high"]
    assert found_in("high p95 latency", "latency ~ high") == ["high p95 latency"]


def test_joined_parts_must_be_near_and_must_not_be_the_same_words() -> None:
    assert found_in("latency" + "." * 80 + "high", "latency ~ high") == []
    assert found_in("highlight", "high ~ highlight") == []


def test_three_parts_must_all_be_there() -> None:
    assert found_in("merging the lora adapter failed", "merg\\w+ ~ lora ~ fail\\w+") != []
    assert found_in("merging the lora adapter", "merg\\w+ ~ lora ~ fail\\w+") == []


def test_a_thousand_runbooks_are_not_tried_one_by_one() -> None:
    text = "error: quantum flux capacitor 7 overheated while the model answered"
    few = [f"capacitor {n} broken|flux{n} inverted" for n in range(100)]
    many = [f"machine{n} part{n} is broken|gadget{n} inverted" for n in range(10_000)]

    tried = len(index_patterns(few)._near(text))
    tried_of_many = len(index_patterns([*few, *many])._near(text))

    assert tried_of_many <= tried + 10


@pytest.mark.parametrize(
    "hostile", ["a-" * 2000, "a_" * 2000, "latency high " * 300, " " * 4000, "\\" * 4000, "1234 " * 800, "no " * 1300]
)
def test_a_hostile_line_cannot_delay_a_diagnosis(hostile: str) -> None:
    index = index_patterns(SHIPPED)
    started = time.process_time()

    list(index.search(hostile))

    assert time.process_time() - started < 2


@pytest.mark.parametrize("pattern", SHIPPED)
def test_every_shipped_pattern_compiles(pattern: str) -> None:
    assert all(compiled(part) for part in parts_of(pattern))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("KubePodOOMKilled", "Kube Pod OOM Killed"),
        ("gpu_memory_high", "gpu memory high"),
        ("VLLMKVCacheHigh", "VLLM KV Cache High"),
        ("VLLMTTFTSLOBreach", "VLLM TTFT SLO Breach"),
        ("LLMAPIFailures", "LLM API Failures"),
        ("GPUMemory", "GPU Memory"),
    ],
)
def test_a_name_is_read_as_words_short_forms_in_a_row_too(name: str, words: str) -> None:
    assert as_words(name) == words
