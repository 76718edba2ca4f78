"""A training in a process of its own, commanded and heard."""
