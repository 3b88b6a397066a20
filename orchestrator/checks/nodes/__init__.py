"""What the nodes are: ready, large enough, of the right system, with clocks that agree."""
