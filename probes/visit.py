"""One image at its registry, step by step as a client that pulls it: is it there, for us, for this node?"""

from __future__ import annotations

from manifest import ACCEPTED, Manifest, digest_of, parse_object
from reference import DIGEST, Place, Reference
from registryclient import Client
from shared import Fault
from wire import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from logins import Login
    from manifest import Described
    from registryclient import Line, Reply
    from shared import Json

MANIFEST_LIMIT = 4 << 20  # bytes, as much as registries have to take
RANGE = 1 << 20  # bytes of a blob that tell how fast it comes
MESSAGE_LIMIT = 200  # characters that go into the data


class Means:
    """What all visits of a run have in common."""

    def __init__(
        self,
        line: Line,
        logins: list[Login],
        mirrors: dict[str, str],
        plain: list[str],
        architecture: str,
        fetch: bool,
    ) -> None:
        self.line = line
        self.logins = logins
        self.mirrors = mirrors
        self.plain = plain
        self.architecture = architecture
        self.fetch = fetch


class Visit:
    """`entry` is what checks need, `detail` every request; both hold at any moment."""

    def __init__(self, image: str, means: Means) -> None:
        self._image = image
        self._means = means
        self.entry: Json = {"image": image, "step": "reference", "code": "unfinished"}
        self.detail: Json = {"image": image}

    def run(self) -> None:
        """Go through the steps until one fails or the deadline comes."""
        try:
            self._go()
            self.entry["code"] = "ok"
        except Fault as fault:
            self.entry["code"] = fault.code
            self.detail["message"] = str(fault)
            if self.entry.get("stage") == "http":  # the codes of the stages before it tell enough
                self.entry["message"] = str(fault)[:MESSAGE_LIMIT]

    def _go(self) -> None:
        reference = Reference.parse(self._image)
        place = Place.of(reference, self._means.mirrors, self._means.plain)
        self.entry["registry"] = str(place.endpoint)
        self.entry.update({"mirror": True} if place.mirror else {})
        self.entry.update({"plainHttp": True} if place.endpoint.protocol == "http" else {})
        host = place.endpoint.authority if place.mirror else reference.registry
        logins = [login for login in self._means.logins if login.serves(host, place.repository)]
        self.entry["credentials"] = bool(logins)
        self._go_as_any(reference, place, logins)

    def _go_as_any(self, reference: Reference, place: Place, logins: list[Login]) -> None:
        """As the kubelet does: with each login until one is let in, and with none only if there is none."""
        for login in logins[:-1]:
            try:
                self._go_as(reference, place, login)
            except Fault as fault:
                if fault.code not in ("unauthorized", "forbidden"):
                    raise
            else:
                return
        self._go_as(reference, place, logins[-1] if logins else None)

    def _go_as(self, reference: Reference, place: Place, login: Login | None) -> None:
        client = Client(place, login, self._means.line, self.entry, self.detail)
        self.entry["step"] = "ping"
        self._ping(client, place)
        Pull(client, reference, place, self.entry, self._means).go()

    def _ping(self, client: Client, place: Place) -> None:
        try:
            client.ping()
        except Fault as fault:
            if fault.code == "not-tls":
                self._look_for_plain_http(place)
            raise

    def _look_for_plain_http(self, place: Place) -> None:
        """Tell whether what does not speak TLS here is a registry all the same."""
        endpoint = place.endpoint
        plain = Place(type(endpoint)(endpoint.host, endpoint.port, "http", endpoint.path), "", mirror=False)
        try:
            Client(plain, None, self._means.line, {"step": "plain-http"}, self.detail).ping()
        except Fault as fault:
            if fault.code != "unauthorized":
                return
        self.entry["plainHttp"] = True


class Pull:
    """The steps from the manifest on, with a client that has found the registry."""

    def __init__(self, client: Client, reference: Reference, place: Place, entry: Json, means: Means) -> None:
        self._client = client
        self._reference = reference
        self._root = f"/v2/{place.repository}"
        self._query = f"?ns={reference.registry}" if place.mirror else ""
        self._entry = entry
        self._means = means

    def go(self) -> None:
        """HEAD only, which no registry counts; what costs is fetched where that is wanted."""
        reply = self._ask_manifest("manifest", "HEAD", self._reference.version)
        digest = _served_digest(reply)
        if reply.head.headers.get("content-type", "").partition(";")[0] == "text/html":
            raise Fault("not-registry", "a web page was served in place of the manifest")
        if self._reference.digest and digest and digest != self._reference.digest:
            raise Fault("digest-mismatch", f"{self._reference.digest} was asked for, {digest} is served")
        if digest or self._reference.digest:
            self._entry["digest"] = digest or self._reference.digest
        if self._means.fetch:
            self._fetch()

    def _fetch(self) -> None:
        manifest = self._fetch_manifest("fetch", self._reference.version, self._reference.digest)
        if manifest.is_index:
            child = self._child_of(manifest)
            manifest = self._fetch_manifest("platform", child.digest, child.digest)
        else:
            self._look_at_platform(manifest)
        self._entry["bytes"] = manifest.size
        if manifest.largest:
            self._fetch_part(manifest.largest)

    def _child_of(self, index: Manifest) -> Described:
        child = index.children.get(self._means.architecture)
        if child is None:
            offered = ", ".join(sorted(index.children)[:16])
            self._entry["offered"] = sorted(index.children)[:16]
            raise Fault("no-architecture", f"there is none for {self._means.architecture}, but: {offered}")
        return child

    def _look_at_platform(self, manifest: Manifest) -> None:
        """An image that is no index tells in its configuration what it is made for."""
        if manifest.config is None:
            return
        reply = self._ask_blob("config", manifest.config.digest, {}, MANIFEST_LIMIT)
        _compare(reply.body, manifest.config.digest)
        made_for = _parsed(reply).get("architecture")
        if isinstance(made_for, str) and made_for != self._means.architecture:
            self._entry["offered"] = [made_for[:32]]
            raise Fault("no-architecture", f"it is made for {made_for[:32]}, not {self._means.architecture}")

    def _fetch_manifest(self, step: str, version: str, digest: str) -> Manifest:
        reply = self._ask_manifest(step, "GET", version)
        _compare(reply.body, digest or _served_digest(reply))
        try:
            return Manifest(reply.body)
        except Malformed as error:
            told = f"what was served in place of the manifest is none: {error}"
            raise Fault("not-registry", told) from None

    def _fetch_part(self, blob: Described) -> None:
        reply = self._ask_blob("blob", blob.digest, {"Range": f"bytes=0-{RANGE - 1}"}, RANGE)
        if 0 < blob.size <= RANGE:
            _compare(reply.body, blob.digest)
        self._entry["ranged"] = reply.head.status == 206
        self._entry["mbPerSecond"] = round(len(reply.body) / 1e6 / max(reply.seconds, 1e-6), 2)

    def _ask_manifest(self, step: str, method: str, version: str) -> Reply:
        self._entry["step"] = step
        path = f"{self._root}/manifests/{version}{self._query}"
        return self._told(self._client.ask(method, path, {"Accept": ", ".join(ACCEPTED)}, MANIFEST_LIMIT))

    def _ask_blob(self, step: str, digest: str, headers: dict[str, str], limit: int) -> Reply:
        self._entry["step"] = step
        path = f"{self._root}/blobs/{digest}{self._query}"
        return self._told(self._client.ask("GET", path, headers, limit))

    def _told(self, reply: Reply) -> Reply:
        """The reply, once it is told who gave it if that was not the registry."""
        if str(reply.endpoint) != self._entry["registry"]:
            self._entry["redirect"] = str(reply.endpoint)
        return reply


def _served_digest(reply: Reply) -> str:
    """The digest that the registry names; empty where it names none."""
    digest = reply.head.headers.get("docker-content-digest", "")
    return digest if DIGEST.fullmatch(digest) else ""


def _parsed(reply: Reply) -> Json:
    try:
        return parse_object(reply.body)
    except Malformed as error:
        raise Fault("not-registry", f"the image's configuration cannot be read: {error}") from None


def _compare(body: bytes, digest: str) -> None:
    """Fault where the bytes are not those that the digest stands for."""
    found = digest_of(body, digest) if digest else None
    if found and found != digest:
        raise Fault("digest-mismatch", f"{digest} was asked for, {found} came")
