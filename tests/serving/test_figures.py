from tests.serving.figures import figures


def test_healthy_traffic_raises_hardly_an_alarm_and_a_real_shift_is_told_within_a_day() -> None:
    found = {figure.what: figure for figure in figures(runs=12)}

    for healthy in ("input length moved by 0.00", "German grew from 20 % to 20%", "shadow 0 points"):
        (figure,) = [one for what, one in found.items() if what.startswith(healthy)]
        assert figure.alarms <= 0.005
    assert found["input length moved by 0.67 standard deviations"].hours[1] <= 6
    assert found["German grew from 20 % to 50%"].hours[1] <= 6
    assert found["shadow 10 points worse than control"].hours[1] <= 24
