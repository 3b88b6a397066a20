"""Prometheus, what it scrapes, and what is made of its metrics."""
