"""Whether each node runs an operating system that the document asks for; nodes of another kernel may be."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from orchestrator.checks.nvidia.gpu_signs import judge_gpu_nodes
from orchestrator.checks.verdicts import (
    CLUSTER,
    failed,
    inventory_of,
    node_subject,
    passed,
    unknown,
    warned,
)
from orchestrator.evidence import Evidence
from orchestrator.inventory.model import Resource
from orchestrator.model import Model
from orchestrator.objects import Node
from orchestrator.requirement import Requirement, Verdict


def _check_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error
    return text


Pattern = Annotated[str, AfterValidator(_check_pattern)]


class Expect(Model):
    """`kernel` is the operating system in Kubernetes' words, `images` patterns of the nodes' osImage.

    With `gpuOnly` only nodes that show a GPU are judged.
    """

    kernel: Literal["linux"] = "linux"
    images: tuple[Pattern, ...] = ()
    gpu_only: bool = False
    title: str = Field(min_length=1, description="the rule in words, as a finding shows it")


class NodeOs(Requirement):
    check: Literal["node-os"]
    expect: Expect

    def reads(self) -> tuple[str, ...]:
        return (Resource.NODES,)

    def judge(self, evidence: Evidence) -> Iterator[Verdict]:
        if self.expect.gpu_only:
            yield from judge_gpu_nodes(evidence, self._judge_node)
            return
        inventory = inventory_of(evidence)
        might = any(node.node_info.operating_system in (self.expect.kernel, "") for node in inventory.nodes)
        if not might and not inventory.malformed:
            yield failed(CLUSTER, f"no node runs {self.expect.kernel}", expected=self.expect.title)
        yield from (self._judge_node(node) for node in inventory.nodes if self._concerns(node))

    def _concerns(self, node: Node) -> bool:
        """A node of another kernel is judged by the rule on kernels, and not by that on images as well."""
        if node.virtual:
            return False
        return not self.expect.images or node.node_info.operating_system in (self.expect.kernel, "")

    def _judge_node(self, node: Node) -> Verdict:
        kernel, image = node.node_info.operating_system, node.node_info.os_image
        seen = {"observed": image or kernel, "expected": self.expect.title}
        subject = node_subject(node)
        if not kernel:
            return unknown(subject, "the node reports no operating system", **seen)
        if kernel != self.expect.kernel:
            return warned(subject, f"runs {kernel} ({image}), where Run:ai does not run", **seen)
        if self.expect.images and not _is_one_of(self.expect.images, image):
            return failed(subject, f"runs {image}; expected: {self.expect.title}", **seen)
        return passed(subject, f"runs {image}", **seen)


@lru_cache(maxsize=1024)
def _is_one_of(patterns: tuple[str, ...], image: str) -> bool:
    return any(re.search(pattern, image, re.IGNORECASE) for pattern in patterns)
