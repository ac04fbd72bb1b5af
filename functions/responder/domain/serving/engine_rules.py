"""Rules about what serves: memory, replicas, queues, and whether the right model is loaded."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from textwrap import dedent, indent

from responder.domain.failure_mode import FailureMode
from responder.domain.serving.rule import Alarm, Group, select, series
from responder.domain.serving.service_level import ServiceLevel, Shards

MEMORY_WHY = """
    A GPU that runs out of memory has no metric in any engine; its log line reaches the responder as evidence. GPU
    memory is allocated in advance, so what warns is a full cache together with requests that are put back. The reason
    of a container's last end stays set until the pod is replaced, so it counts only beside a recent restart. Kubernetes
    knows no `model`: give it to these series where you scrape them, and the alert finds its target.
"""
REPLICAS_WHY = """
    One replica that does much more than the others. With n replicas the busiest can at most do n times the mean, so two
    are not judged. One that does nothing may be drained and is left out; a second one that does nothing is not. vLLM
    and SGLang know their queues; everything else shows in the latency.
"""
MODEL_WHY = """
    Which tokenizer serves, and which should. Nothing is compared for a model that nobody registered. A rollout changes
    replicas one by one, hence the wait; a load failure needs none.
"""
ENGINES = 'container=~"vllm|sglang|tgi|triton.*|model.*"'
VLLM_CACHE = ("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc")  # what older ones call it stands last


def memory(levels: Iterable[ServiceLevel]) -> Group:
    return Group("memory", MEMORY_WHY, tuple(alarm for level in levels for alarm in _memory(level)))


def replicas(levels: Iterable[ServiceLevel]) -> Group:
    return Group("replicas", REPLICAS_WHY, tuple(alarm for level in levels for alarm in _replicas(level)))


def model(levels: Iterable[ServiceLevel]) -> Group:
    return Group("model", MODEL_WHY, tuple(alarm for level in levels for alarm in _model(level)))


def _memory(level: ServiceLevel) -> Iterator[Alarm]:
    if not level.match or level.pods:
        yield _killed(level)
    vllm = " or ".join(f"avg_over_time({_engine(name, level)}[5m])" for name in VLLM_CACHE)
    put_back = _engine("vllm:num_preemptions_total", level)
    sglang, retracted = _engine("sglang:token_usage", level), _engine("sglang:num_retracted_requests_total", level)
    by = "model_name, instance"
    yield Alarm(
        "LLMCacheFull",
        _named(f"""
          max by ({by}) ({vllm}) > 0.95
            and on ({by}) sum by ({by}) (rate({put_back}[5m])) > 0
          or max by ({by}) (avg_over_time({sglang}[5m])) > 0.95
            and on ({by}) sum by ({by}) (rate({retracted}[5m])) > 0
        """),
        "page",
        FailureMode.OUT_OF_MEMORY,
        "the cache of {{ $labels.model }} on {{ $labels.instance }} is full and requests are put back",
        "The engine has no room for the requests it accepted: it takes them out and computes them again.",
        pending=timedelta(minutes=5),
        labels=level.labels,
    )


def _killed(level: ServiceLevel) -> Alarm:
    engines = () if "container" in level.pods else (ENGINES,)
    restarts = select("kube_pod_container_status_restarts_total", level.pods, *engines)
    reason = select("kube_pod_container_status_last_terminated_reason", level.pods, *engines, 'reason="OOMKilled"')
    events = select("container_oom_events_total", level.pods, *engines)
    by = "namespace, pod, container"
    return Alarm(
        "LLMOutOfMemory",
        f"""
        sum by (model, {by}) (increase({restarts}[10m])) > 0
          and on ({by}) max by ({by}) ({reason}) == 1
        or sum by (model, {by}) (increase({events}[10m])) > 0
        """,
        "page",
        FailureMode.OUT_OF_MEMORY,
        "{{ $labels.container }} in {{ $labels.pod }} ran out of memory",
        "The kernel killed it for using more memory than it may have. Its requests were lost and the others are slower"
        " until it is back.",
        labels=level.labels,
    )


def _replicas(level: ServiceLevel) -> Iterator[Alarm]:
    if level.shards:
        yield _hot_shard(level, level.shards)
    waiting, usage = _engine("vllm:num_requests_waiting", level), " or ".join(_engine(n, level) for n in VLLM_CACHE)
    running, queued = _engine("vllm:num_requests_running", level), _engine("sglang:num_queue_reqs", level)
    yield Alarm(
        "LLMHotShard",
        _named(f"""
          max by (model_name) ({waiting}) > 10
            and on (model_name) max by (model_name) ({usage})
              / avg by (model_name) ({usage}) > 1.5
        """),
        "ticket",
        FailureMode.HOT_SPOT_SHARD,
        "one replica of {{ $labels.model }} has a full cache and {{ $value }} requests waiting",
        "One replica is full while the others have room: look at how requests are routed.",
        pending=timedelta(minutes=10),
        labels={"seen_by": "engine", **level.labels},
    )
    yield Alarm(
        "LLMQueueGrows",
        _named(f"""
          sum by (model_name) ({waiting}) > 2 * sum by (model_name) ({running})
            and on (model_name) sum by (model_name) ({waiting}) > 10
          or sum by (model_name) ({queued}) > 2 * sum by (model_name) ({_engine("sglang:num_running_reqs", level)})
            and on (model_name) sum by (model_name) ({queued}) > 10
        """),
        "ticket",
        FailureMode.LATENCY_SPIKE,
        "{{ $value }} requests wait for {{ $labels.model }}",
        "More than twice as many requests wait as are being answered; everybody in the queue waits that much longer.",
        pending=level.sustained,
        names_mode=False,
        labels=level.labels,
    )


def _hot_shard(level: ServiceLevel, target: Shards) -> Alarm:
    count = series("infer_latency_ms_count", level)
    each = f"sum by (model, instance) (rate({count}[5m]))"
    return Alarm(
        "LLMHotShard",
        f"""
        max by (model) ({each})
          * (count by (model) ({each}) - (min by (model) ({each}) == bool 0))
          / sum by (model) ({each}) > {target.busiest_over_mean:g}
          and on (model) count by (model) (count by (model, instance) ({count})) >= 3
          and on (model) sum by (model) (rate({count}[5m])) > 1
        """,
        "ticket",
        FailureMode.HOT_SPOT_SHARD,
        "one replica of {{ $labels.model }} does {{ $value | humanize }} times the mean",
        "Requests are not spread evenly: look at the routing key, at one large tenant, and at replicas that are down.",
        pending=timedelta(minutes=10),
        labels=level.labels,
    )


def _model(level: ServiceLevel) -> Iterator[Alarm]:
    info, expected = series("infer_model_info", level), series("infer_model_expected_info", level)
    yield Alarm(
        "LLMTokenizerMismatch",
        f"""
        count by (model, adapter, tokenizer_sha256) ({info}
            unless on (model, adapter, tokenizer_sha256) {expected})
          and on (model, adapter) count by (model, adapter) ({expected})
        """,
        "page",
        FailureMode.TOKENIZER_MISMATCH,
        "{{ $labels.model }} serves with a tokenizer that the registry does not expect",
        "{{ $value }} replicas of {{ $labels.model }} (adapter {{ $labels.adapter }}) have loaded another tokenizer.",
        pending=timedelta(minutes=5),
        labels=level.labels,
    )
    yield Alarm(
        "LLMTokenizersDisagree",
        f"count by (model, adapter) (count by (model, adapter, tokenizer_sha256) ({info})) > 1",
        "ticket",
        FailureMode.TOKENIZER_MISMATCH,
        "replicas of {{ $labels.model }} serve with {{ $value }} different tokenizers",
        "For ten minutes replicas of one model have had different tokenizers: a rollout is stuck half way.",
        pending=timedelta(minutes=10),
        labels=level.labels,
    )
    yield _never_ends(level)
    yield from _adapters(level)


def _never_ends(level: ServiceLevel) -> Alarm:
    finished, ended = (
        _engine("vllm:request_success_total", level, f"finished_reason{reason}")
        for reason in ('!="abort"', '=~"length|repetition"')
    )
    return Alarm(
        "LLMAnswersNeverEnd",
        _named(f"""
          sum by (model_name) (rate({ended}[15m]))
            / sum by (model_name) (rate({finished}[15m])) > 0.3
        """),
        "ticket",
        FailureMode.TOKENIZER_MISMATCH,
        "{{ $value | humanizePercentage }} of the answers of {{ $labels.model }} run to their limit",
        "Answers end because they are too long, as if the end-of-sequence token were never produced.",
        pending=timedelta(minutes=15),
        names_mode=False,
        labels=level.labels,
    )


def _adapters(level: ServiceLevel) -> Iterator[Alarm]:
    anywhere = not level.match or bool(level.pods)
    ours = f"sum by (model, adapter, reason) (increase({series('infer_adapter_load_failures_total', level)}[10m])) > 0"
    yield _adapter(level, "exporter", ours, "{{ $labels.adapter }} of {{ $labels.model }} ({{ $labels.reason }})")
    if anywhere:
        asked = select("http_requests_total", level.pods, 'handler="/v1/load_lora_adapter"', 'status=~"4xx|5xx"')
        yield _adapter(
            level, "vllm", f"sum by (model, namespace, pod) (increase({asked}[10m])) > 0", "in {{ $labels.pod }}"
        )
        said = select(
            "sglang:http_responses_total", level.pods, 'endpoint="/load_lora_adapter"', r'status_code=~"[45].."'
        )
        yield _adapter(
            level, "sglang", f"sum by (model, namespace, pod) (increase({said}[10m])) > 0", "in {{ $labels.pod }}"
        )


def _adapter(level: ServiceLevel, seen_by: str, expression: str, which: str) -> Alarm:
    return Alarm(
        "LLMAdapterLoadFailures",
        expression,
        "page",
        FailureMode.ADAPTER_MERGE_ERROR,
        f"an adapter could not be loaded: {which}",
        "Requests that name it fail, or are answered by the base model without anybody noticing.",
        labels={"seen_by": seen_by, **level.labels},
    )


def _engine(name: str, level: ServiceLevel, *matchers: str) -> str:
    """An engine calls the model `model_name`, and knows none of our other labels."""
    named = {"model_name": level.match["model"]} if level.match else {}
    return select(name, named, *matchers)


def _named(expression: str) -> str:
    """Give the alert the label `model`, by which it finds its target."""
    inner = indent(dedent(expression).strip(), "  ")
    return f'label_replace(\n{inner},\n  "model", "$1", "model_name", "(.+)")'
