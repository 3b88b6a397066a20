"""How users come in: ingress controllers, and the certificates of the cluster's names."""
