"""Read Prometheus rule files, as far as lint needs them: the alerting rules and where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from responder.domain.alert import Alert, Status, fingerprint_of
from responder.domain.written import Finding, Written, read_yaml, refuse


@dataclass(frozen=True)
class AlertRule:
    """One alerting rule; templates in its texts are left as they are written."""

    name: str
    labels: dict[str, str]
    annotations: dict[str, str]
    file: str
    line: int

    def as_alert(self, at: datetime) -> Alert:
        """Return the alert this rule would send, as far as it can be told without firing it."""
        labels = {**self.labels, "alertname": self.name}
        return Alert(fingerprint_of(labels), Status.FIRING, at, labels, self.annotations)


def parse_rules(text: str, path: str) -> tuple[AlertRule, ...]:
    """Read the rule file written at `path`; raise CannotRead when it is not one."""
    written = read_yaml(text, path)
    if isinstance(written, Finding):
        refuse([written])
        return ()
    try:
        return tuple(_rules(written))
    except (AttributeError, KeyError, TypeError):
        refuse([written.finding((), "not a Prometheus rule file", "check it with promtool check rules")])
        return ()


def _rules(written: Written) -> Iterator[AlertRule]:
    for g, group in enumerate(written.data["groups"]):
        for r, rule in enumerate(group["rules"]):
            if "alert" in rule:
                line = written.line(("groups", g, "rules", r, "alert"))
                yield AlertRule(rule["alert"], _texts(rule, "labels"), _texts(rule, "annotations"), written.file, line)


def _texts(rule: dict[str, dict[str, object]], key: str) -> dict[str, str]:
    return {name: str(text) for name, text in (rule.get(key) or {}).items()}
