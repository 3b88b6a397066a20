"""The command line: parses, calls the pipeline, writes what comes back. Nothing imports it.

Modules here import nothing heavy at the top, so that `--help` and completion stay instant.
"""
