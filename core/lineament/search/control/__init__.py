"""Commanding a search: in its own process, from its folder, while it runs."""
