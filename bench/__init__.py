"""The speed figures: ratios and sizes, each measured within one run and held against its limit."""
