"""Who may call the API, and what it says when a client asks what it may do."""

import hmac
import secrets

from orchestrator.simulator import status
from orchestrator.simulator.faults import Faults
from orchestrator.simulator.resources import Object

USER = "demo"
SELF_REVIEWS = ("selfsubjectaccessreviews", "selfsubjectrulesreviews")


class Access:
    """A bearer token keeps other users of this machine out: a Job is a command that runs as us."""

    def __init__(self, faults: Faults) -> None:
        self.token = secrets.token_urlsafe(24)
        self._faults = faults

    def authenticate(self, authorization: str) -> None:
        """401 unless the Authorization header carries the token."""
        if not hmac.compare_digest(authorization.encode(), f"Bearer {self.token}".encode()):
            raise status.StatusError(401, "Unauthorized")

    def review(self, body: Object) -> Object:
        """Answer a SelfSubjectAccessReview: all is allowed but what a permanent 403 fault forbids."""
        attributes = body.get("spec", {}).get("resourceAttributes", {})
        plural, subresource = attributes.get("resource", ""), attributes.get("subresource", "")
        resource = f"{plural}/{subresource}" if subresource else plural
        denied = self._faults.forbid(attributes.get("verb", ""), plural, resource)
        answer: Object = {"allowed": not denied}
        if denied:
            answer["reason"] = f"a fault of the simulation forbids {attributes.get('verb')} on {resource}"
        return {
            "kind": "SelfSubjectAccessReview",
            "apiVersion": "authorization.k8s.io/v1",
            "metadata": {},
            "spec": body.get("spec", {}),
            "status": answer,
        }
