"""`python -m orchestrator` is `runai-preflight`."""

from orchestrator.cli.main import main

main()
