"""What stands on each dashboard.

Five pages: how the service does, how its releases compare, how answers fare by dataset, what it costs and how full
it is, and whether the inputs and the model are still the same.
"""

from collections.abc import Sequence

from infra.grafana.panel import Dashboard, Panel

OURS = 'model=~"$model"'
VLLM = "vLLM"
ENGINE = 'model_name=~"$model"'


def sums(name: str, by: str, matchers: str = OURS, window: str = "5m", function: str = "rate") -> str:
    return f"sum by ({by}) ({function}({name}{{{matchers}}}[{window}]))"


def share(part: str, whole: str, by: str, matchers: str = "", window: str = "5m", function: str = "rate") -> str:
    inside = ",".join(filter(None, [OURS, matchers]))
    return f"{sums(part, by, inside, window, function)} / {sums(whole, by, OURS, window, function)}"


def quantile(q: float, by: str) -> str:
    return f"histogram_quantile({q}, {sums('infer_latency_ms_bucket', f'le, {by}')}) / 1000"


FAILED = 'outcome!~"ok|client_error"'

OVERVIEW = Dashboard(
    "llm-overview",
    "LLM service: overview",
    (
        Panel("Requests", "reqps", {"{{model}} {{outcome}}": sums("infer_requests_total", "model, outcome")}),
        Panel(
            "Latency",
            "s",
            {
                "p50 {{route}}": 'route:infer_latency_seconds:p50_5m{model=~"$model"}',
                "p95 {{route}}": 'route:infer_latency_seconds:p95_5m{model=~"$model"}',
            },
            "Targets are 0.4 s for p50 and 1.2 s for p95.",
            target=1.2,
        ),
        Panel(
            "Slower than 1.2 s",
            "percentunit",
            {"{{route}}": 'route:infer_latency_over_1200ms:ratio5m{model=~"$model"}'},
            "Exact: the histogram has an edge there.",
            target=0.05,
        ),
        Panel(
            "Failed requests",
            "percentunit",
            {
                "5m {{route}}": f"infer:errors:ratio_rate5m{{{OURS}}}",
                "1h {{route}}": f"infer:errors:ratio_rate1h{{{OURS}}}",
            },
            target=0.001,
        ),
        Panel(
            "Error budget left, 7 days",
            "percentunit",
            {"{{model}} {{route}}": f"infer:error_budget:left_ratio{{{OURS}}}"},
            "1 is untouched, 0 is spent.",
            target=0,
        ),
        Panel(
            "Unsafe answers",
            "percentunit",
            {"{{route}} {{adapter}}": f"route:safety_violations:ratio5m{{{OURS}}}"},
            target=0.001,
        ),
        Panel(
            "Accepted answers, 30 minutes",
            "percentunit",
            {
                "now {{route}}": f"infer:acceptance:ratio_30m{{{OURS}}}",
                "baseline {{route}}": f"infer:acceptance_baseline:ratio{{{OURS}}}",
            },
        ),
        Panel(
            "This week's money",
            "currencyUSD",
            {
                "spent {{model}}": f"sum by (model) (infer_cost_week_to_date_usd{{{OURS}}})",
                "projected {{model}}": f"model:infer_cost_usd:projected_week{{{OURS}}}",
                "budget {{model}}": f"sum by (model) (infer_weekly_budget_usd{{{OURS}}})",
            },
        ),
        Panel(
            "Alerts",
            "none",
            {"{{alertname}} {{model}}": 'count by (alertname, model) (ALERTS{alertstate="firing"}) or vector(0)'},
        ),
    ),
)

COHORTS = Dashboard(
    "llm-cohorts",
    "LLM service: adapters and versions",
    (
        Panel("Requests", "reqps", {"{{adapter}} {{version}}": sums("infer_requests_total", "adapter, version")}),
        Panel("p50", "s", {"{{adapter}} {{version}}": quantile(0.5, "adapter, version")}, target=0.4),
        Panel("p95", "s", {"{{adapter}} {{version}}": quantile(0.95, "adapter, version")}, target=1.2),
        Panel(
            "Failed requests",
            "percentunit",
            {
                "{{adapter}} {{version}}": share(
                    "infer_requests_total", "infer_requests_total", "adapter, version", FAILED
                )
            },
            target=0.001,
        ),
        Panel(
            "Unsafe answers",
            "percentunit",
            {"{{adapter}} {{version}}": share("safety_violations_total", "infer_latency_ms_count", "adapter, version")},
            target=0.001,
        ),
        Panel(
            "Accepted answers",
            "percentunit",
            {
                "{{adapter}} {{version}}": share(
                    "infer_accepted_total", "infer_judged_total", "adapter, version", window="30m", function="increase"
                )
            },
        ),
        Panel(
            "Price of 1000 tokens",
            "currencyUSD",
            {
                "{{adapter}} {{version}}": "1000 * "
                + share("infer_cost_usd_total", "infer_tokens_total", "adapter, version")
            },
        ),
        Panel(
            "Tokens in an answer",
            "short",
            {
                "{{adapter}} {{version}}": sums("infer_tokens_total", "adapter, version", f'{OURS},kind="output"')
                + " / "
                + sums("infer_latency_ms_count", "adapter, version")
            },
        ),
        Panel(
            "Adapters that could not be loaded",
            "short",
            {
                "{{adapter}} {{reason}}": sums(
                    "infer_adapter_load_failures_total", "adapter, reason", window="10m", function="increase"
                )
            },
        ),
    ),
)

SLICES = Dashboard(
    "llm-slices",
    "LLM service: dataset slices",
    (
        Panel(
            "Judged answers, 30 minutes",
            "short",
            {"{{dataset}}": sums("infer_judged_total", "dataset", window="30m", function="increase")},
        ),
        Panel(
            "Accepted answers",
            "percentunit",
            {
                "{{dataset}} {{version}}": share(
                    "infer_accepted_total", "infer_judged_total", "dataset, version", window="30m", function="increase"
                )
            },
        ),
        Panel(
            "Evaluation scores",
            "percentunit",
            {"{{dataset}} {{measure}} {{version}}": f"min by (dataset, measure, version) (infer_eval_score{{{OURS}}})"},
            "Exact match and F1 of the evaluation job.",
        ),
    ),
)

COST = Dashboard(
    "llm-cost-capacity",
    "LLM service: cost and capacity",
    (
        Panel(
            "Price of 1000 tokens, answering",
            "currencyUSD",
            {"{{model}} {{adapter}}": f"model:infer_cost_usd_per_1k_tokens:1h{{{OURS}}}"},
        ),
        Panel(
            "Price of 1000 tokens, training",
            "currencyUSD",
            {"{{model}}": f"model:train_cost_usd_per_1k_tokens:1d{{{OURS}}}"},
            needs="a training job that counts train_cost_usd_total and train_tokens_total",
        ),
        Panel(
            "Money by route", "currencyUSD", {"{{route}} per hour": "3600 * " + sums("infer_cost_usd_total", "route")}
        ),
        Panel("Tokens", "short", {"{{kind}} per second": sums("infer_tokens_total", "kind")}),
        Panel(
            "Cache hits",
            "percentunit",
            {"{{model}}": share("infer_cache_hits_total", "infer_latency_ms_count", "model")},
        ),
        Panel("Requests by replica", "reqps", {"{{instance}}": sums("infer_latency_ms_count", "instance")}),
        Panel(
            "Prefix cache hits",
            "percentunit",
            {
                "{{model_name}}": f"sum by (model_name) (rate(vllm:prompt_tokens_cached_total{{{ENGINE}}}[15m]))"
                f" / sum by (model_name) (rate(vllm:prompt_tokens_total{{{ENGINE}}}[15m]))"
            },
            needs=VLLM,
        ),
        Panel(
            "Requests waiting and running",
            "short",
            {
                "waiting {{model_name}}": f"sum by (model_name) (vllm:num_requests_waiting{{{ENGINE}}})",
                "running {{model_name}}": f"sum by (model_name) (vllm:num_requests_running{{{ENGINE}}})",
            },
            needs=VLLM,
        ),
        Panel(
            "Tokens per step",
            "short",
            {
                "{{model_name}}": f"sum by (model_name) (rate(vllm:iteration_tokens_total_sum{{{ENGINE}}}[10m]))"
                f" / sum by (model_name) (rate(vllm:iteration_tokens_total_count{{{ENGINE}}}[10m]))"
            },
            "Divided by max_num_batched_tokens it is how full a batch is; low while requests wait is wasted hardware.",
            needs=VLLM,
        ),
        Panel(
            "Key-value cache in use",
            "percentunit",
            {"{{instance}}": f"max by (instance) (vllm:kv_cache_usage_perc{{{ENGINE}}})"},
            target=0.95,
            needs=VLLM,
        ),
        Panel(
            "GPU at work",
            "percentunit",
            {
                "any kernel {{Hostname}}": "avg by (Hostname) (DCGM_FI_DEV_GPU_UTIL) / 100",
                "tensor cores {{Hostname}}": "avg by (Hostname) (DCGM_FI_PROF_PIPE_TENSOR_ACTIVE)",
            },
            "The first is near 1 even for a batch of one; the second tells the truth.",
            needs="the DCGM exporter",
        ),
    ),
)

DRIFT = Dashboard(
    "llm-drift",
    "LLM service: inputs and models",
    (
        Panel(
            "Distance of inputs from their baseline (PSI)",
            "none",
            {"{{route}} {{feature}}": f"max by (route, feature) (infer_input_psi{{{OURS}}})"},
            target=0.2,
        ),
        Panel(
            "Samples behind it",
            "short",
            {"{{route}} {{feature}}": f"min by (route, feature) (infer_input_psi_samples{{{OURS}}})"},
            "Below 500 the distance is noise.",
        ),
        Panel(
            "Versions served",
            "short",
            {"{{model}} {{version}}": f"count by (model, version) (infer_model_info{{{OURS}}})"},
        ),
        Panel(
            "Tokenizers served",
            "short",
            {"{{model}}": f"count by (model) (count by (model, tokenizer_sha256) (infer_model_info{{{OURS}}}))"},
        ),
    ),
)

DASHBOARDS: Sequence[Dashboard] = (OVERVIEW, COHORTS, SLICES, COST, DRIFT)
