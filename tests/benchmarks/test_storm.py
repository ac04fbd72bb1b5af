"""A storm from one cause costs little more than its notifications, and wakes one person once."""

from tests.benchmarks.storm import storm


def test_a_thousand_alerts_about_one_target_are_one_message_a_notification_one_page_and_one_action() -> None:
    seen = storm(1000)

    assert seen.messages <= seen.notifications == 20
    assert (seen.pages, seen.tickets, seen.actions) == (1, 0, 1)
    assert seen.largest_state < 400 * 1024, "DynamoDB takes no larger item"


def test_calls_per_alert_fall_as_the_storm_grows() -> None:
    small, large = storm(100), storm(1000)

    assert large.calls_per_alert < small.calls_per_alert / 2
