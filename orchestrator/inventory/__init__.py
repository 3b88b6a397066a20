"""What the Kubernetes API says of the cluster, read only."""
