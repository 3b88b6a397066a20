"""Why the API refused something: because of roles, or of a quota or policy that says 403 as well."""

from orchestrator import errors
from orchestrator.kube.api import Api
from orchestrator.run import words
from orchestrator.run.fates import Sign

_GROUPS = {"jobs": "batch"}


class Refusals:
    """Tells them apart by asking what this user may do; once, not for every unit that is refused alike."""

    def __init__(self, api: Api, namespace: str) -> None:
        self._api, self._namespace = api, namespace
        self._allowed: dict[tuple[str, str], bool] = {}

    def sign_of(self, error: errors.ApiError) -> Sign:
        """What it means for the units that needed it."""
        return words.of_refusal(error, allowed=isinstance(error, errors.Forbidden) and self._may(error))

    def _may(self, error: errors.ApiError) -> bool:
        asked = error.verb, error.resource
        if asked not in self._allowed:
            group = _GROUPS.get(error.resource, "")
            try:
                self._allowed[asked] = self._api.allowed(error.verb, group, error.resource, self._namespace)
            except errors.ApiError:
                return False
        return self._allowed[asked]
