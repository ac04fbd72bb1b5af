"""Write the dashboards: `python -m infra.grafana [check]`."""

import sys
from pathlib import Path

from infra.grafana.dashboards import DASHBOARDS
from infra.grafana.panel import write

FOLDER = Path(__file__).parent / "dashboards"


def main(verb: str) -> int:
    """Write them, or say which are not what would be written."""
    if verb == "write":
        for one in DASHBOARDS:
            (FOLDER / f"{one.uid}.json").write_text(write(one), encoding="utf-8")
        return 0
    differing = [
        one.uid for one in DASHBOARDS if (FOLDER / f"{one.uid}.json").read_text(encoding="utf-8") != write(one)
    ]
    for uid in differing:
        sys.stdout.write(f"{uid}.json is not what its panels say; write it with python -m infra.grafana\n")
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main("check" if "check" in sys.argv[1:] else "write"))
