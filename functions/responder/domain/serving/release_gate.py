"""Decide whether a canary may advance.

It advances only when every check passes. It is rolled back only when a measurement is bad beyond doubt: when a
canary that just keeps its promise would look this bad less than once in a thousand times, so that one failure
among a hundred requests is no verdict. Everything else holds: too few samples, a measurement that cannot be had,
an open incident (the responder is at work there), a rollback that no person has cleared. Doubt never advances, and
never rolls back.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from responder.domain.serving.service_level import Availability, Cost, Latency, Safety, ServiceLevel

SAMPLES = 500
DOUBT = 0.001


class Verdict(StrEnum):
    """What the pipeline should do with the canary."""

    ADVANCE = "advance"
    HOLD = "hold"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True)
class Check:
    """One question, what was measured, what was allowed, and what follows from it alone."""

    name: str
    verdict: Verdict
    says: str
    measured: float | None = None
    allowed: float | None = None


@dataclass(frozen=True)
class Gate:
    """The answer, with every check it rests on; the first one that agrees with the verdict is the reason."""

    verdict: Verdict
    reason: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Canary:
    """What is known of it; `measured` holds the answers that could be had, by the names of `questions`."""

    measured: Mapping[str, float]
    missing: Mapping[str, str]
    incident: str | None
    uncleared: str | None


def decide(level: ServiceLevel, canary: Canary, samples: float = SAMPLES) -> Gate:
    """Weigh the canary against what the service promises."""
    checks = (*_history(canary), _samples(canary, samples), *_measured(level, canary))
    verdict = _verdict(checks, canary)
    return Gate(verdict, _reason(checks, verdict), checks)


def held(reason: str) -> Gate:
    """Hold because nothing could be asked at all."""
    return Gate(Verdict.HOLD, reason, (Check("asked", Verdict.HOLD, reason),))


def _verdict(checks: tuple[Check, ...], canary: Canary) -> Verdict:
    """An open incident comes first: two who roll back at once make it worse."""
    verdicts = {check.verdict for check in checks}
    if canary.incident:
        return Verdict.HOLD
    return next((v for v in (Verdict.ROLL_BACK, Verdict.HOLD) if v in verdicts), Verdict.ADVANCE)


def _reason(checks: tuple[Check, ...], verdict: Verdict) -> str:
    if verdict is Verdict.ADVANCE:
        return "every check passes"
    return next(check.says for check in checks if check.verdict is verdict)


def _history(canary: Canary) -> Iterator[Check]:
    for name, found, none in (
        ("incident", canary.incident, "no open incident"),
        ("rollback", canary.uncleared, "no rollback waits for a person"),
    ):
        yield Check(name, Verdict.HOLD if found else Verdict.ADVANCE, found or none)


def _samples(canary: Canary, wanted: float) -> Check:
    found = canary.measured.get("requests")
    if found is None:
        return _unknown("requests", canary)
    enough = found >= wanted
    says = f"{found:.0f} requests, {wanted:.0f} are needed"
    return Check("requests", Verdict.ADVANCE if enough else Verdict.HOLD, says, found, wanted)


def _measured(level: ServiceLevel, canary: Canary) -> Iterator[Check]:
    """Ask about every part that is promised; a part that nobody promised cannot be let through either."""
    parts: tuple[tuple[str, object, Callable[..., Iterator[Check]]], ...] = (
        ("latency", level.latency, _latency),
        ("errors", level.availability, _errors),
        ("safety", level.safety, _safety),
        ("cost", level.cost, _cost),
    )
    for name, promised, check in parts:
        if promised is None:
            yield Check(name, Verdict.HOLD, f"no {name} is promised in service_levels.yaml, so it cannot be judged")
        else:
            yield from check(promised, canary)


def _latency(target: Latency, canary: Canary) -> Iterator[Check]:
    what = f"are slower than {target.p95_ms:g} ms"
    yield _share("slow", 0.05, what, canary)


def _errors(target: Availability, canary: Canary) -> Iterator[Check]:
    yield _share("failed", target.budget, "fail", canary)


def _safety(target: Safety, canary: Canary) -> Iterator[Check]:
    yield _share("unsafe", target.below, "are answered unsafely", canary)
    severe = canary.measured.get("severe")
    if severe is None:
        yield _unknown("severe", canary)
    else:
        verdict = Verdict.ROLL_BACK if severe > 0 else Verdict.ADVANCE
        yield Check("severe", verdict, f"{severe:.0f} answers of a severe category", severe, 0)


def _cost(plan: Cost, canary: Canary) -> Iterator[Check]:
    price, control = canary.measured.get("price"), canary.measured.get("control_price")
    allowed = plan.infer_usd_per_1k_tokens or control
    if price is None:
        yield _unknown("price", canary)
    elif allowed is None:
        says = "no price is planned, and no other version runs to compare with"
        yield Check("price", Verdict.HOLD, says, price)
    else:
        yield _price(price, allowed, plan)


def _price(price: float, allowed: float, plan: Cost) -> Check:
    """Against a plan the plan counts; against the other version, a rise by a tenth is noise of the mix."""
    limit = allowed if plan.infer_usd_per_1k_tokens else allowed * 1.1
    says = f"1000 tokens cost {price:.4g} USD, allowed are {limit:.4g}"
    verdict = Verdict.ADVANCE if price <= limit else Verdict.HOLD
    return Check("price", Verdict.ROLL_BACK if price > plan.price_rise * allowed else verdict, says, price, limit)


def _share(name: str, allowed: float, what: str, canary: Canary) -> Check:
    found, requests = canary.measured.get(name), canary.measured.get("requests")
    if found is None or requests is None:
        return _unknown(name, canary)
    says = f"{found:.3%} of the requests {what}, allowed are {allowed:.3%}"
    certain = chance(round(requests), round(found * requests), allowed) < DOUBT
    verdict = Verdict.ROLL_BACK if certain else Verdict.HOLD if found > allowed else Verdict.ADVANCE
    return Check(name, verdict, says, found, allowed)


def _unknown(name: str, canary: Canary) -> Check:
    return Check(name, Verdict.HOLD, f"{name} is not known: {canary.missing.get(name, 'not asked')}")


def chance(n: int, k: int, share: float) -> float:
    """Say how likely `k` or more of `n` are when each one is with this share: the binomial tail, summed from k on."""
    if k <= n * share:
        return 1.0
    k = min(k, n)
    term = math.exp(
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + k * math.log(share)
        + (n - k) * math.log1p(-share)
    )
    total = 0.0
    while term > total * 1e-9 and k <= n:
        total += term
        term *= (n - k) / (k + 1) * share / (1 - share)
        k += 1
    return total
