"""What the cluster is: its distribution and its version."""
