"""What a managed cloud's API says of a cluster or an account."""
