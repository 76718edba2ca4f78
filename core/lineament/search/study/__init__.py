"""The comparison of search methods and controls over many simulated cohorts, at equal budget, as one table."""
