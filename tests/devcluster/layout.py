"""Where things lie: the cache of what is built, and the run directory of the cluster that runs."""

import os
from pathlib import Path

RUN = Path("/run/runai-preflight-devcluster")
LOCK = Path("/run/lock/runai-preflight-devcluster")
LOGS = RUN / "logs"
PIDS = RUN / "pids"
BIN = RUN / "bin"  # a link into the cache
KUBECONFIG = RUN / "admin.kubeconfig"
CNI_PLUGINS = Path("/usr/lib/cni")
GO = Path("/usr/lib/go-1.19/bin/go")
HERE = Path(__file__).parent


def cache_root() -> Path:
    """Return the cache folder, outside the checkout; RUNAI_PREFLIGHT_CACHE moves it."""
    home = os.environ.get("RUNAI_PREFLIGHT_CACHE") or Path.home() / ".cache" / "runai-preflight"
    return Path(home) / "devcluster"
