"""Profiles: the requirements of one Run:ai release, as data, each with its source."""
