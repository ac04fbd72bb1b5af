import pytest
from tests.adapters.web import Web
from tests.world import NOON, an_alert

from responder.adapters.alert_list import AlertmanagerList
from responder.adapters.http import Http
from responder.errors import CannotKnow

ROW = {
    "labels": an_alert().labels,
    "annotations": {"summary": "slow"},
    "startsAt": "2026-11-25T13:00:00.123+01:00",
    "endsAt": "2026-11-25T12:05:00Z",
    "updatedAt": "2026-11-25T12:00:00Z",
    "fingerprint": "is computed again",
    "receivers": [{"name": "responder"}, {"name": "team"}],
    "status": {"state": "active", "silencedBy": [], "inhibitedBy": []},
}


def test_what_alertmanager_has_is_read_with_whom_it_goes_to(web: Web) -> None:
    web.says([ROW, {**ROW, "status": {"state": "suppressed"}}])

    fires, silenced = AlertmanagerList(web.url, Http()).all()

    assert (fires.alert.fingerprint, fires.alert.starts_at.replace(microsecond=0)) == (an_alert().fingerprint, NOON)
    assert (fires.receivers, fires.active, silenced.active) == (("responder", "team"), True, False)
    assert web.asked[0].path == "/api/v2/alerts"


@pytest.mark.parametrize(("answer", "status"), [({}, 200), ([{"labels": 1}], 200), ([], 503), (b"<html>", 200)])
def test_an_answer_that_is_no_list_is_no_empty_list(web: Web, answer: object, status: int) -> None:
    web.says(answer, status)

    with pytest.raises(CannotKnow):
        AlertmanagerList(web.url, Http()).all()
