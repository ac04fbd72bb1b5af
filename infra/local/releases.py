"""How each practice release behaves: a table, so that another way of breaking is another line."""

import math
import random
from dataclasses import dataclass

from telemetry import Answer

Z95 = 1.6449
"""How many standard deviations above its middle 95 % of a normal distribution lie."""
CACHED_SHARE = 0.3


@dataclass(frozen=True)
class Release:
    """A version of the model and how it answers."""

    version: str
    p50_ms: float
    p95_ms: float
    error_share: float = 0.0
    unsafe_share: float = 0.0
    accepted_share: float = 0.9
    usd_per_1k_tokens: float = 0.02

    def draw_latency_ms(self, chance: random.Random) -> float:
        """Draw one latency; real ones are lopsided, so their logarithm is what is normal."""
        spread = math.log(self.p95_ms / self.p50_ms) / Z95
        return chance.lognormvariate(math.log(self.p50_ms), spread)

    def draw_outcome(self, chance: random.Random) -> str:
        """Draw how one request ends."""
        return "server_error" if chance.random() < self.error_share else "ok"

    def draw_answer(self, chance: random.Random) -> Answer:
        """Draw what one request reads, writes and costs, and whether its answer is safe."""
        read, written = round(chance.lognormvariate(5.5, 0.5)), round(chance.lognormvariate(4.5, 0.5))
        cost = (read + written) * self.usd_per_1k_tokens / 1000
        flags = ["toxicity"] if chance.random() < self.unsafe_share else []
        hit = chance.random() < CACHED_SHARE
        return Answer(input_len=read, output_len=written, cost_usd=cost, cache_hit=hit, safety_flags=flags)


GOOD = Release("v1", p50_ms=140, p95_ms=300)
SLOW = Release("v2", p50_ms=900, p95_ms=2500)

RELEASES = {release.version: release for release in (GOOD, SLOW)}
