"""What needs no server: values in, values out."""

from hypothesis import settings

# The time that an example takes decides nothing, and no file is left behind.
settings.register_profile("unit", deadline=None, database=None)
settings.load_profile("unit")
