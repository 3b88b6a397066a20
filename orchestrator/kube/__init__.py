"""A thin client of the Kubernetes API: bytes in, small models out."""
