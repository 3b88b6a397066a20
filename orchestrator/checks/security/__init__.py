"""What may run: pod security, and what admission control refuses."""
