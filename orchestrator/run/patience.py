"""How long a run waits before it takes a trouble for lasting."""

from typing import NamedTuple


class Patience(NamedTuple):
    """Seconds for each kind of trouble; 0 takes it at its first sign."""

    schedule: float = 10.0  # an autoscaler may be adding a node
    provision: float = 180.0  # a cloud is making the volume, and pods are unschedulable until it is there
    recover: float = 20.0  # the kubelet tries again: to pull an image, to mount a volume
    fate: float = 5.0  # a Job's failure is known before that of its pod, which tells more
    events: float = 10.0  # what has not started by then may have a reason that only events tell
    cleanup: float = 120.0


USUAL = Patience()
