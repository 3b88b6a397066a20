"""Jinja2 templates of every Kubernetes object that a run creates."""
