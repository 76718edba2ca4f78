"""The phases of a search, one a module: what its units compute, and how they are made from earlier results."""
