"""Objects without more than their metadata, for clients that accept no more (`as=PartialObjectMetadata`)."""

from pydantic_core import to_json

from orchestrator.simulator.routes import Call
from orchestrator.simulator.status import StatusError
from orchestrator.simulator.store import Stored

KIND = "PartialObjectMetadata"
API_VERSION = "meta.k8s.io/v1"


def asked_for(call: Call, *, of_list: bool) -> bool:
    """Whether the call asks for metadata; 406 when it asks for a list where there is none, or for one."""
    words = {word.strip() for word in call.accept.split(";")}
    one, several = f"as={KIND}" in words, f"as={KIND}List" in words
    if (one and of_list) or (several and not of_list):
        asked, there = (KIND, "a list") if of_list else (f"{KIND}List", "not a list")
        message = f"you requested {asked}, but the requested object is {there}"
        raise StatusError(406, message, reason="NotAcceptable")
    return one or several


def json(stored: Stored) -> bytes:
    """The object's metadata, as an object of its own."""
    return to_json({"kind": KIND, "apiVersion": API_VERSION, "metadata": stored.view["metadata"]})
