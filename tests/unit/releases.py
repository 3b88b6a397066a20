"""What the documents of every shipped profile say, written down a second time, by release."""

INSTALL, RUN = ("install",), ("run",)
BOTH = INSTALL + RUN
Target = tuple[str, int, tuple[str, ...], str]

# Platforms: Kubernetes, OpenShift; None where no document at hand tells.
VERSIONS: dict[str, tuple[str | None, str | None]] = {
    "runai-2020": (">=1.15", ">=4.3"),
    "runai-2.3": (">=1.19 <=1.23", ">=4.6"),
    "runai-2.4": (">=1.19 <=1.23", ">=4.6 <=4.9"),
    "runai-2.5": (">=1.19 <=1.24", ">=4.6 <=4.10"),
    "runai-2.7": (">=1.21 <=1.24", ">=4.8 <=4.10"),
    "runai-2.8": (">=1.21 <=1.24", ">=4.8 <=4.10"),
    "runai-2.9": (">=1.21 <=1.26", ">=4.8 <=4.11"),
    "runai-2.10": (">=1.21 <=1.26", ">=4.8 <=4.11"),
    "runai-2.12": (">=1.23 <=1.27", ">=4.10 <=4.12"),
    "runai-2.13": (">=1.23 <=1.28", ">=4.10 <=4.13"),
    "runai-2.15": (">=1.25 <=1.28", ">=4.11 <=4.13"),
    "runai-2.16": (">=1.26 <=1.28", ">=4.11 <=4.14"),
    "runai-2.17": (">=1.27 <=1.29", ">=4.12 <=4.15"),
    "runai-2.18": (">=1.28 <=1.30", ">=4.12 <=4.16"),
    "runai-2.19": (">=1.28 <=1.31", ">=4.12 <=4.17"),
    "runai-2.20": (">=1.29 <=1.32", ">=4.14 <=4.17"),
    "runai-2.22": (">=1.31 <=1.33", ">=4.15 <=4.19"),
    "runai-2.23": (">=1.31 <=1.34", ">=4.16 <=4.19"),
    "runai-2.24": (">=1.33 <=1.35", ">=4.17 <=4.20"),
    "runai-2.25": (">=1.33 <=1.35", ">=4.18 <=4.21"),
    "runai-3.0": (None, None),
}
NAMES = tuple(VERSIONS)
COMPLETE = ("runai-2020", "runai-2.7")
PLATFORMS_ONLY = ("runai-2.22", "runai-2.23", "runai-2.24", "runai-3.0")


def between(first: str, last: str) -> tuple[str, ...]:
    """The profiles from one release to another, but those of which only the platforms are known."""
    names = NAMES[NAMES.index(f"runai-{first}") : NAMES.index(f"runai-{last}") + 1]
    return tuple(name for name in names if name not in PLATFORMS_ONLY)


# Hardware.
SMALL = "2 or more worker nodes with 4 CPUs, 8 GB of memory and 50 GB of disk", "recommended"
MEDIUM = "2 or more worker nodes with 8 CPUs, 16 GB of memory and 50 GB of disk", "recommended"
ONE = "1 or more worker nodes with 8 CPUs, 16 GB of memory and 50 GB of disk", "required"
LARGE = "1 or more worker nodes with 10 CPUs, 20 GB of memory and 50 GB of disk", "required"
SYSTEM_NODES = {
    "runai-2020": (
        "1 or more CPU-only worker nodes with 4 CPUs, 4 GB of memory and 20 GB of disk",
        "recommended",
    ),
    **dict.fromkeys(between("2.3", "2.9"), SMALL),
    **dict.fromkeys(between("2.10", "2.17"), MEDIUM),
    **dict.fromkeys(between("2.18", "2.18"), ONE),
    **dict.fromkeys(between("2.19", "2.25"), LARGE),
}
WORKERS = between("2.19", "2.25")
CONTROL_PLANES = {
    **dict.fromkeys(between("2.19", "2.20"), "with feature self-hosted"),
    "runai-2.25": "",
}

# Distributions: those named without a catch, and those with one.
_CLOUDS = "aks eks openshift vanilla"
DISTRIBUTIONS: dict[str, tuple[str, str]] = {
    "runai-2.3": ("aks eks ezmeral vanilla", "gke openshift rke tanzu"),
    **dict.fromkeys(between("2.4", "2.5"), (f"canonical ezmeral {_CLOUDS}", "gke rke tanzu")),
    **dict.fromkeys(between("2.7", "2.9"), (f"canonical ezmeral {_CLOUDS}", "gke rke rke2 tanzu")),
    **dict.fromkeys(between("2.10", "2.17"), (f"gke rke {_CLOUDS}", "ezmeral tanzu")),
    "runai-2.18": (f"gke rke rke2 {_CLOUDS}", "ezmeral tanzu"),
    **dict.fromkeys(between("2.19", "2.20"), (f"gke oke rke rke2 {_CLOUDS}", "ezmeral tanzu")),
    "runai-2.25": (f"gke oke rke2 {_CLOUDS}", "tanzu"),
}

# Operating systems, by requirement.
UBUNTU, COS = "Ubuntu", "Ubuntu or Container-Optimized OS"
SYSTEMS: dict[str, dict[str, str]] = {
    "nodes.os-gke": {
        **dict.fromkeys(between("2.7", "2.18"), UBUNTU),
        **dict.fromkeys(between("2.19", "2.25"), COS),
    },
    "nodes.os-oke": dict.fromkeys(between("2.19", "2.25"), UBUNTU),
    "nodes.os-eks": {"runai-2.25": "neither Bottlerocket nor Amazon Linux"},
    "nodes.os-tested": {
        **dict.fromkeys(between("2.5", "2.17"), "Ubuntu 20.04"),
        **dict.fromkeys(between("2.18", "2.20"), "Ubuntu 22.04"),
        "runai-2.25": UBUNTU,
    },
}

# Every target with its port, when it is needed, on what condition; the profiles that have it.
_IN_2024 = between("2.18", "2.20")
TARGETS: dict[Target, tuple[str, ...]] = {
    ("runai-charts.storage.googleapis.com", 443, INSTALL, "connected"): (
        "runai-2020",
        *between("2.3", "2.16"),
    ),
    ("run-ai-charts.storage.googleapis.com", 443, INSTALL, "connected"): between("2.9", "2.16"),
    ("backend-charts.storage.googleapis.com", 443, INSTALL, "own control plane"): between("2.9", "2.16"),
    ("runai.jfrog.io", 443, INSTALL, "connected"): between("2.17", "2.20"),
    ("helm.ngc.nvidia.com", 443, INSTALL, "connected"): ("runai-2.25",),
    ("gcr.io", 443, INSTALL, "connected"): ("runai-2020", *between("2.3", "2.17")),
    ("gcr.io", 443, BOTH, "connected"): _IN_2024,
    ("nvcr.io", 443, BOTH, "connected"): ("runai-2.25",),
    ("hub.docker.com", 443, INSTALL, "connected"): ("runai-2020", *between("2.3", "2.17")),
    ("docker.io", 443, INSTALL, "samples"): between("2.18", "2.25"),
    ("quay.io", 443, INSTALL, "connected"): ("runai-2020", *between("2.3", "2.17")),
    ("quay.io", 443, INSTALL, "samples"): between("2.18", "2.25"),
    ("registry.k8s.io", 443, INSTALL, "samples"): between("2.18", "2.25"),
    ("gcr.io", 443, INSTALL, "samples"): ("runai-2.25",),
    ("app.run.ai", 443, RUN, "always"): ("runai-2020", *between("2.3", "2.8")),
    ("app.run.ai", 443, RUN, "cloud"): between("2.9", "2.12"),
    ("app.run.ai", 443, BOTH, "cloud"): between("2.13", "2.20"),
    ("prometheus-us-central1.grafana.net", 443, RUN, "always"): ("runai-2020", *between("2.3", "2.8")),
    ("prometheus-us-central1.grafana.net", 443, RUN, "cloud"): between("2.9", "2.20"),
    ("runailabs.com", 443, RUN, "cloud"): between("2.9", "2.20"),
    ("runai-prod.auth0.com", 443, RUN, "older tenant"): between("2.3", "2.7"),
    ("8.8.8.8", 53, BOTH, "always"): between("2.5", "2.7"),
    ("1.1.1.1", 53, BOTH, "always"): between("2.5", "2.7"),
    ("dynu.com", 53, BOTH, "always"): between("2.5", "2.7"),
    ("api.ngc.nvidia.com", 443, RUN, "NGC"): ("runai-2.25",),
    ("huggingface.co", 443, RUN, "Hugging Face"): ("runai-2.25",),
    ("{domain}", 443, RUN, "domain"): tuple(n for n in NAMES if n not in between("2.13", "2.20")),
    ("{domain}", 443, BOTH, "domain"): between("2.13", "2.20"),
}
AIR_GAPPED: dict[str, object] = {"not": {"feature": ["air-gapped"]}}
CONDITIONS: dict[str, dict[str, object]] = {
    "always": {},
    "connected": AIR_GAPPED,
    "samples": {"feature": ["sample-components"], **AIR_GAPPED},
    "own control plane": {"feature": ["self-hosted"], **AIR_GAPPED},
    "cloud": {"not": {"feature": ["self-hosted"]}},
    "older tenant": {"feature": ["older-tenant"]},
    "NGC": {"feature": ["ngc-catalog"]},
    "Hugging Face": {"feature": ["hugging-face"]},
    "domain": {"given": "domain"},
}
