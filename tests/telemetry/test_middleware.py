import asyncio
from collections.abc import Mapping

import pytest
from tests.telemetry.asgi import Service, an_exporter, call, value

from telemetry import Mirror, Telemetry, TraceRecord
from telemetry.trace_context import begin

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
LUCKY = TRACE[:18] + "0" * 14  # falls into every share
HEADER = f"00-{TRACE}-00f067aa0ba902b7-01"


def test_a_request_becomes_one_record_without_its_text() -> None:
    records: list[TraceRecord] = []

    call(
        Service(input_len=12, output_len=34, cost_usd=0.01, cache_hit=True, safety_flags=["pii"], user_hash="u"),
        an_exporter(),
        headers={"traceparent": HEADER},
        write=records.append,
    )

    (record,) = records
    assert (record.trace_id, record.model_id, record.version, record.route) == (TRACE, "chat", "v7", "/v1/chat")
    assert (record.input_len, record.output_len, record.cost_usd, record.cache_hit) == (12, 34, 0.01, True)
    assert (record.safety_flags, record.user_hash, record.outcome) == (("pii",), "u", "ok")
    assert "hello" not in record.model_dump_json()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "ok"), (400, "client_error"), (429, "throttled"), (500, "server_error"), (504, "timeout"), (499, "timeout")],
)
def test_the_status_tells_how_it_ended(status: int, outcome: str) -> None:
    exporter = an_exporter()

    call(Service(status), exporter)

    assert value(exporter, "infer_requests_total", outcome=outcome) == 1


def test_a_crash_is_a_server_error_and_stays_the_services_own() -> None:
    exporter = an_exporter()

    with pytest.raises(ZeroDivisionError):
        call(Service(trouble=ZeroDivisionError()), exporter)

    assert value(exporter, "infer_requests_total", outcome="server_error") == 1


def test_a_caller_who_did_not_wait_is_a_timeout() -> None:
    exporter = an_exporter()

    with pytest.raises(asyncio.CancelledError):
        call(Service(trouble=asyncio.CancelledError()), exporter)

    assert value(exporter, "infer_requests_total", outcome="timeout") == 1


def test_a_record_that_cannot_be_written_is_counted_and_never_felt() -> None:
    def full(_: TraceRecord) -> None:
        raise asyncio.QueueFull

    exporter = an_exporter()

    sent = call(Service(), exporter, write=full)

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert value(exporter, "infer_trace_records_lost_total") == 1


def test_what_is_not_http_passes_through() -> None:
    service = Service()

    async def connect() -> None:
        await Telemetry(service, an_exporter())({"type": "lifespan"}, receive, send)

    async def receive() -> dict[str, object]:
        return {"type": "lifespan.startup"}

    async def send(_: object) -> None:
        return None

    asyncio.run(connect())

    assert "telemetry" not in service.scope


class Candidate:
    """A shadow that remembers what it was sent."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.got: list[tuple[str, Mapping[str, str], bytes]] = []

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.got.append((path, headers, body))
        if self.trouble:
            raise self.trouble


def mirrored(candidate: Candidate, trace: str = LUCKY, status: int = 200) -> float | None:
    exporter = an_exporter()
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "authorization": "Bearer secret"}
    call(Service(status), exporter, headers=headers, mirror=Mirror(candidate.post, 0.05))
    return value(exporter, "infer_mirrored_total")


def test_a_mirrored_request_carries_its_body_and_trace_but_no_credentials() -> None:
    candidate = Candidate()

    assert mirrored(candidate) == 1

    ((path, headers, body),) = candidate.got
    assert (path, body) == ("/v1/chat", b'{"prompt": "hello"}')
    assert headers["traceparent"].split("-")[1] == LUCKY
    assert "authorization" not in {name.lower() for name in headers}


def test_a_trace_outside_the_share_is_not_mirrored() -> None:
    candidate = Candidate()

    mirrored(candidate, TRACE[:18] + "f" * 14)

    assert candidate.got == []


def test_a_request_that_failed_is_not_mirrored() -> None:
    candidate = Candidate()

    mirrored(candidate, status=500)

    assert candidate.got == []


def test_a_candidate_that_breaks_is_only_counted() -> None:
    assert mirrored(Candidate(OSError("down"))) == 1


def test_a_candidate_that_is_slow_makes_nobody_wait() -> None:
    outcomes: list[str] = []

    async def never(_: str, __: Mapping[str, str], ___: bytes) -> None:
        await asyncio.sleep(60)

    async def crowd() -> None:
        mirror = Mirror(never, 0.05, at_once=2)
        for _ in range(5):
            mirror.send("/", "text/plain", b"x", begin(None), outcomes.append)

    asyncio.run(asyncio.wait_for(crowd(), 1))

    assert outcomes[:3] == ["dropped"] * 3


@pytest.mark.parametrize("share", [0.0, 0.009, 0.06, 1.0])
def test_less_than_one_and_more_than_five_percent_are_refused(share: float) -> None:
    with pytest.raises(ValueError, match="mirror between"):
        Mirror(Candidate().post, share)
