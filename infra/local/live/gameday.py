"""A game day in one practice cloud: each scenario begins as soon as it disturbs nobody; judged when all are over."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from infra.local.errors import LocalCloudError
from infra.local.house import House, Plan, up
from infra.local.live.arrangements import LIVE
from infra.local.live.doorman import Limits, may_begin
from infra.local.live.hands import Hands
from infra.local.live.play import Play
from infra.local.live.trail import Trail, read_trails
from infra.local.paths import RUNBOOKS
from infra.local.practice import built_artifact
from infra.local.progress import Say
from infra.local.things import MAKERS
from infra.local.troupe import parts, service_of
from responder.adapters.runbook_files import read_library
from responder.domain.runbook import Library
from responder.rehearsal.scenarios import Scenario
from responder.rehearsal.verdict import Result

UPDATE_SECONDS = 6.0


def playable(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """Return those that can be played here, in the order in which they would like to begin."""
    order = list(LIVE)
    made = [one for one in scenarios if one.name in LIVE and one.touch.names.keys() <= MAKERS.keys()]
    return sorted(made, key=lambda one: order.index(one.name))


def play_live(scenarios: Sequence[Scenario], shipped: Library, say: Say) -> list[Result]:
    """Bring the practice cloud up once, play everything that can be played here, and take it down."""
    chosen = playable(scenarios)
    if not chosen:
        raise LocalCloudError("none of these is arranged for the practice cloud: see infra/local/live/arrangements.py")
    with up(live_plan(chosen), say) as house:
        results = play_in(house, chosen, shipped, say)
    asked = [scenario.name for scenario in scenarios]
    return sorted(results, key=lambda result: asked.index(result.scenario))


def live_plan(scenarios: Sequence[Scenario]) -> Plan:
    """Plan the house these scenarios are played in."""
    spent = {service_of(one.name): LIVE[one.name].spent_before for one in scenarios}
    before = {service: burn for service, burn in spent.items() if burn}
    return Plan(built_artifact(), update_seconds=UPDATE_SECONDS, scenarios=scenarios, spent_before=before)


def play_in(house: House, scenarios: Sequence[Scenario], shipped: Library, say: Say) -> list[Result]:
    """Play in a house that stands."""
    if house.metrics is None:
        raise LocalCloudError("live game days need the real Prometheus and Alertmanager: python -m infra.local install")
    library = read_library(RUNBOOKS, house.processes.folder / "runbooks")
    watch = Watch(house)
    plays = [
        Play(scenario, LIVE[scenario.name], _hands(house, scenario, library, watch), say, shipped)
        for scenario in scenarios
    ]
    with watch:
        for play in plays:
            play.prepare()
        _conduct(plays, _limits(library))
    return [play.result() for play in plays]


class Watch:
    """Reads the journal once a second, for all scenarios together."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.trails: Mapping[str, Trail] = {}

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(1.5):
            self.trails = read_trails(self._house)


def _hands(house: House, scenario: Scenario, library: Library, watch: Watch) -> list[Hands]:
    services = [part.service for part in parts([scenario])]
    targets = [target for target in library.targets if target.name in services]
    return [
        Hands(house, target, lambda name=target.name: watch.trails.get(name, Trail()))  # type: ignore[misc]  # bound now
        for target in sorted(targets, key=lambda target: services.index(target.name))
    ]


def _limits(library: Library) -> Limits:
    pages = library.book.runbooks.values()
    runbooks = {str(page.failure_mode): page.policy.limits.per_runbook for page in pages}
    return Limits(library.storm, library.fleet, runbooks)


def _conduct(plays: Sequence[Play], limits: Limits) -> None:
    """Let each begin as soon as it may; return when all are over."""
    while not all(play.turn.over for play in plays):
        for play in plays:
            play.look()
        begin = next(_may_begin(plays, limits), None)
        if begin:
            begin.start()
        time.sleep(0.5)


def _may_begin(plays: Sequence[Play], limits: Limits) -> Iterator[Play]:
    """Find who may begin; nobody overtakes who wants to be alone, and a crowd waits until everybody else has begun."""
    begun, waiting = [p for p in plays if p.thread], [p for p in plays if not p.thread]
    for play in waiting:
        last = len(play.hands) == 1 or len(waiting) == 1
        new = replace(play.turn, begins_at=time.monotonic())
        if last and may_begin(new, [p.turn for p in begun], limits):
            yield play
        elif play.turn.alone:
            return
