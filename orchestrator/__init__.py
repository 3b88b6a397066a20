"""The driver: from a profile and a cluster to a report."""

__version__ = "0.1.0"
