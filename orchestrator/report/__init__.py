"""The report and its renderings, one file a format."""
