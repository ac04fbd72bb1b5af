"""Grafana dashboards, made from a short list of panels; never deployed by the template."""
