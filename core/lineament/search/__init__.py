"""Finding an architecture for each facial attribute and their fusion: what to try, where it runs, what to claim."""
