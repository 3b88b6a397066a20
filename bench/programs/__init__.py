"""What the figures measure: small programs, each run in a process of its own."""
