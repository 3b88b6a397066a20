"""Names, endpoints and addresses: what is reached from the nodes."""
