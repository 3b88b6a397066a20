"""A Kubernetes API server on loopback that runs Jobs as local processes, for demos and tests.

It is no cluster: it stores objects, serves them over real HTTP with the API's own semantics, and drives
Jobs and pods through the states that a client sees. What a pod would observe of its node, it observes of
this machine.
"""
