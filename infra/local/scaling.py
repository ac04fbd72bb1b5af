"""Make minutes into seconds: copies of our rules, receiver and runbooks whose durations are scaled down for practice.

Only durations change, and only in generated copies; the originals are what is shipped and what promtool tests.
"""

import re
from collections.abc import Mapping
from typing import Any

import yaml

SPEEDUP = 30
"""Five minutes become ten seconds."""
PATIENCE = 10
"""What waits for work to be done, and not for time to pass, shrinks less: this machine is no thirty times faster."""
WAITS = ("page_after", "within")

MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_PART = re.compile(r"(\d+)(ms|[smhd])")
_DURATION = re.compile(r"(?<![\w.:-])(?:\d+(?:ms|[smhd]))+(?![\w.-])")
_WAIT = re.compile(rf"^\s*({'|'.join(WAITS)}):")
_ACTION = re.compile(r"^(\s*)- action:")
CONVERGES_WITHIN = "converge_within: 45m"  # what a step that says nothing is given: written out, it can be scaled too
_RANGE = re.compile(r"(?:(?<=\[)|(?<=offset ))(?:\d+(?:ms|[smhd]))+(?![\w.])")
RULE_DURATIONS = ("for", "keep_firing_for")


def scale_duration(written: str, speedup: int = SPEEDUP) -> str:
    """Scale `5m` or `1h30m`; what would be less than a second keeps its milliseconds, because it may be a wait."""
    total = sum(int(count) * MILLISECONDS[unit] for count, unit in _PART.findall(written))
    scaled = max(1, round(total / speedup))
    return f"{scaled // 1000}s" if scaled % 1000 == 0 else f"{scaled}ms"


def scale_rules(text: str, speedup: int = SPEEDUP) -> str:
    """Scale a Prometheus rule file: intervals, pending times and ranges, but no name that happens to say `5m`."""
    groups = [_scale_group(group, speedup) for group in yaml.safe_load(text)["groups"]]
    return yaml.safe_dump({"groups": groups}, sort_keys=False, width=1000)


def scale_page(text: str, speedup: int = SPEEDUP) -> str:
    """Scale every duration in the front matter of a runbook, deadlines less; the prose stays as it is."""
    _, front, prose = text.split("---\n", 2)
    lines = [_scale_line(line, speedup) for line in written_out(front).splitlines(keepends=True)]
    return f"---\n{''.join(lines)}---\n{prose}"


def written_out(front: str) -> str:
    """Write down how long a step may take to converge where the page leaves it to the default."""
    lines = front.splitlines()
    steps = [number for number, line in enumerate(lines) if _ACTION.match(line)]
    ends = dict(zip(steps, [*steps[1:], len(lines)], strict=False))  # a page without steps has no end of one either
    silent = [n for n, end in ends.items() if not any("converge_within" in one for one in lines[n:end])]
    for number in reversed(silent):
        indent = _ACTION.match(lines[number])
        lines.insert(number + 1, f"{indent[1] if indent else ''}  {CONVERGES_WITHIN}")
    return "\n".join(lines) + "\n"


def scale_route(route: Mapping[str, Any], speedup: int = SPEEDUP) -> dict[str, Any]:
    """Scale the waits of an Alertmanager route."""
    return {
        name: scale_duration(one, speedup) if name.endswith(("_wait", "_interval")) else one
        for name, one in route.items()
    }


def _scale_group(group: Mapping[str, Any], speedup: int) -> dict[str, Any]:
    scaled = {"interval": scale_duration(group["interval"], speedup)} if "interval" in group else {}
    return {**group, **scaled, "rules": [_scale_rule(rule, speedup) for rule in group["rules"]]}


def _scale_rule(rule: Mapping[str, Any], speedup: int) -> dict[str, Any]:
    waits = {name: scale_duration(rule[name], speedup) for name in RULE_DURATIONS if name in rule}
    expression = _RANGE.sub(lambda found: scale_duration(found[0], speedup), rule["expr"])
    return {**rule, **waits, "expr": expression}


def _scale_line(line: str, speedup: int) -> str:
    return _scale_text(line, min(speedup, PATIENCE) if _WAIT.match(line) else speedup)


def _scale_text(text: str, speedup: int) -> str:
    return _DURATION.sub(lambda found: scale_duration(found[0], speedup), text)
