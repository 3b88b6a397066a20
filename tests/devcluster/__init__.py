"""A real two-node Kubernetes on this machine, built from Debian packages, for the end-to-end tests.

`python -m tests.devcluster up` starts it by hand; a test uses `with Cluster() as cluster:`.
"""
