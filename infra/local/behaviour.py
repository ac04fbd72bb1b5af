"""How a service in a certain health answers its requests.

Everything is drawn evenly and nothing by chance: one request in a hundred is exactly every hundredth. So a verdict
never hangs on luck, only on what the service is like.
"""

import math
from statistics import NormalDist

from responder.rehearsal.fleet import Health
from telemetry import Answer, Outcome

REQUESTS_PER_SECOND = 40
JUDGED_SHARE = 0.1
ACCEPTED_WHEN_WELL = 0.9
CACHED_SHARE = 0.3
MIDDLE_TO_P95 = 0.4
"""The median of the latencies, as a share of their p95."""
WEEKLY_BUDGET_USD = 250_000.0
SECONDS_IN_A_WEEK = 604_800
_GOLDEN = (math.sqrt(5) - 1) / 2
_Z95 = NormalDist().inv_cdf(0.95)


class Requests:
    """The requests of one service, one after another."""

    def __init__(self) -> None:
        self._number = 0
        self._owed: dict[str, float] = {}

    def next_latency_ms(self, health: Health) -> float:
        """Walk evenly over the quantiles of a lopsided distribution: the logarithm of a latency is what is normal."""
        self._number += 1
        quantile = min(max((self._number * _GOLDEN) % 1, 1e-4), 1 - 1e-4)
        spread = -math.log(MIDDLE_TO_P95) / _Z95
        return 1000 * health.p95 * MIDDLE_TO_P95 * math.exp(spread * NormalDist().inv_cdf(quantile))

    def next_outcome(self, health: Health) -> Outcome:
        """Fail, or answer nobody in time, as often as the health says."""
        if self.falls_due("timeouts", health.timeouts):
            return Outcome.TIMEOUT
        return Outcome.SERVER_ERROR if self.falls_due("failing", health.failing) else Outcome.OK

    def next_answer(self, health: Health) -> Answer:
        """Answer safely and at a price, as the health says."""
        cost = health.burn * WEEKLY_BUDGET_USD / SECONDS_IN_A_WEEK / REQUESTS_PER_SECOND
        flags = ["toxicity"] if self.falls_due("unsafe", health.unsafe) else []
        cached = self.falls_due("cached", CACHED_SHARE)
        return Answer(input_len=280, output_len=100, cost_usd=cost, cache_hit=cached, safety_flags=flags)

    def falls_due(self, what: str, share: float) -> bool:
        """Tell whether this request is one of the share: what is owed adds up until it makes a whole one."""
        owed = self._owed.get(what, 0.0) + share
        self._owed[what] = owed - 1 if owed >= 1 else owed
        return owed >= 1
