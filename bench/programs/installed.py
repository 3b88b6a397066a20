"""`installed ARGUMENTS`: runai-preflight as its users have it, without what only its developers install."""

import sys

from orchestrator.cli.main import main

if __name__ == "__main__":
    # Where it is, the official client loads it, and jsonschema with it: a quarter of the client's own start.
    sys.modules["kubernetes_validate"] = None  # type: ignore[assignment]
    main()
