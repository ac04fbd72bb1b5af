import random

import pytest

from responder.domain.serving.drift import BINS, SAMPLES, Baseline, compare, freeze, index, noise

LUCK = random.Random(5)  # noqa: S311  # traffic, not a secret


def lengths(n: int, shift: float = 0.0) -> list[float | str]:
    return [LUCK.lognormvariate(5.5 + shift, 0.6) for _ in range(n)]


def languages(n: int, german: float = 0.2) -> list[float | str]:
    return ["de" if LUCK.random() < german else "en" for _ in range(n)]


def test_the_index_of_the_same_shares_is_nothing() -> None:
    assert index([100, 200, 300], [100, 200, 300]) == 0


def test_the_index_is_the_formula() -> None:
    assert index([5000, 5000], [7500, 2500]) == pytest.approx(0.2746, abs=0.001)


def test_a_baseline_is_cut_at_its_deciles() -> None:
    baseline = freeze(lengths(10_000))

    assert len(baseline.counts) == BINS
    assert max(baseline.counts.values()) - min(baseline.counts.values()) <= 2


def test_a_feature_that_was_always_the_same_drifts_when_it_is_not() -> None:
    baseline = freeze([1.0] * 1000)

    assert compare("x", baseline, [1.0] * 1000).drifted is False
    assert compare("x", baseline, [2.0] * 1000).drifted is True


def test_a_language_nobody_spoke_before_is_drift() -> None:
    assert compare("language", freeze(languages(2000)), ["fr"] * 600).drifted is True


@pytest.mark.parametrize("samples", [0, 100, SAMPLES - 1])
def test_few_samples_are_no_measurement(samples: int) -> None:
    assert compare("x", freeze(lengths(5000)), lengths(samples, shift=2)).drifted is None


def test_a_shifted_window_drifts_and_says_by_how_much() -> None:
    found = compare("input_len", freeze(lengths(5000)), lengths(600, shift=0.4))

    assert found.drifted is True
    assert found.says.startswith("input_len: PSI")


def test_healthy_windows_raise_no_alarm_in_a_thousand() -> None:
    """A month of windows every six hours is 120; at 500 samples and ten bins chance stays far below 0.2."""
    baseline = freeze(lengths(5000))

    alarms = sum(compare("x", baseline, lengths(500)).drifted is True for _ in range(1000))

    assert alarms == 0


def test_a_shift_of_half_a_deviation_is_seen_in_the_first_window_nearly_always() -> None:
    baseline = freeze(lengths(5000))

    seen = sum(compare("x", baseline, lengths(500, shift=0.3)).drifted is True for _ in range(200))

    assert seen >= 120


def test_the_noise_of_ten_bins_is_the_chi_square_of_nine() -> None:
    assert noise(10, 1000, 1000) == pytest.approx(21.67 / 500, rel=0.01)


def test_a_baseline_survives_being_written_down() -> None:
    assert Baseline({"0": 5}, (1.0,)).samples == 5
