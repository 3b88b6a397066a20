"""What to do about what has no answer."""

from orchestrator.evidence import Outcome, Reason
from orchestrator.report.fold import Group
from orchestrator.report.model import Report

ADVICE = {
    Reason.NODE_NOT_READY: "make the node ready, or take it out of the cluster, and run again",
    Reason.MALFORMED: "look at the node (kubectl get node NODE -o yaml): a field is of a wrong type",
    Reason.GPU_BUSY: "run again when a GPU of the node is free",
    Reason.NO_GPU: "look at the device plugin on the node: it offers no whole GPU",
    Reason.NO_VOLUME: "say which volume to share: --storage-class, --claim or --nfs",
    Reason.NO_SCHEDULER: "name the scheduler that shares GPUs (--scheduler), or its project (--queue)",
    Reason.NO_LABEL: "let GPU feature discovery label the node",
    Reason.NOT_TOLD: "grant patch on pods in the namespace, and run again",
    Reason.FORBIDDEN: "grant the permission that the message names (`runai-preflight plan` lists all)",
    Reason.REJECTED: "let the admission policy or quota that the message names accept the pod, and run again",
    Reason.UNSCHEDULABLE: "make room on the node, or lift what keeps pods off it, and run again",
    Reason.IMAGE_PULL: "name an image that the nodes can pull (--image), and its credentials (--pull-secret)",
    Reason.CONFIG_ERROR: "create what the message names, or leave it out, and run again",
    Reason.START_ERROR: "look at the container runtime and the kubelet of the node",
    Reason.NOT_STARTED: "look at the kubelet of the node, or give the run more time with --timeout",
    Reason.OOM_KILLED: "free memory on the node, and run again",
    Reason.EVICTED: "free memory or disk on the node, and run again",
    Reason.DEADLINE: "give the run more time with --timeout",
    Reason.NODE_LOST: "look at the node: it went away during the run",
    Reason.DELETED: "run again, and find out who deletes pods in the namespace",
    Reason.CRASHED: "try another image with --image: it must have Python 3.8 or later",
    Reason.NO_RESULT: "let the pods' logs be read (pods/log), and run again",
    Reason.TRUNCATED: "let the pods' logs be read (pods/log), and run again",
    Reason.PROBE_ERROR: "report this with the file that `-o text` writes",
    Reason.UNREACHABLE: "look at the connection to the API server, and run again",
    Reason.INTERRUPTED: "run again, to the end",
}


def next_step(group: Group, report: Report) -> str:
    """What to do about findings that are unknown, whatever their requirement."""
    silent = {cell.target.name for cell in report.ledger if cell.outcome is Outcome.UNANSWERED}
    if silent.intersection(group.names):
        return "see Probes, at the end"
    subject = group.findings[0].subject
    if subject.kind == "Node":
        return f"look at the node: kubectl get node {subject.name} -o yaml"
    if report.unread:
        return "see Access, at the end"
    return "run an audit with probes, while the cluster has nodes that can run them"
