"""Profile files for tests, and what loading one complains of."""

from pathlib import Path

import pytest

from orchestrator.errors import ProfileError
from orchestrator.profile.load import load

VALID = """\
name: mine
title: Mine
released: "2024-01"
document: A document
features:
  training: {description: Training}
requirements:
  - id: gpus
    title: GPUs
    check: gpu-nodes
    source: {section: A section}
    remedy: {text: Add some.}
  - id: version
    title: Version
    check: platform-version
    when: {feature: training}
    expect: {platform: kubernetes, supported: ">=1.21"}
    source: {document: Another document, section: A section}
    remedy: {text: Upgrade., commands: [kubeadm upgrade plan]}
"""
NO_RANGE = "is not a version range such as '>=1.21 <=1.24' or '1.9 || 22.9.0'"


def write(folder: Path, text: str, name: str = "mine.yaml") -> str:
    path = folder / name
    path.write_bytes(text.encode())
    return str(path)


def failure(path: str) -> str:
    with pytest.raises(ProfileError) as caught:
        load(path)
    return caught.value.message
