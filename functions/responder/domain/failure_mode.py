"""The closed list of ways an LLM service breaks."""

from enum import StrEnum


class FailureMode(StrEnum):
    """Each has a page in runbooks/, a sample in events/ and a test; `unknown` never acts."""

    OUT_OF_MEMORY = "out_of_memory"
    TOKENIZER_MISMATCH = "tokenizer_mismatch"
    ADAPTER_MERGE_ERROR = "adapter_merge_error"
    API_TIMEOUT = "api_timeout"
    HOT_SPOT_SHARD = "hot_spot_shard"
    LATENCY_SPIKE = "latency_spike"
    ERROR_RATE = "error_rate"
    QUALITY_REGRESSION = "quality_regression"
    SAFETY_VIOLATION = "safety_violation"
    COST_OVERRUN = "cost_overrun"
    DATA_DRIFT = "data_drift"
    UNKNOWN = "unknown"
