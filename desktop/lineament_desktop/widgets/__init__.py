"""Pieces that any workspace may use."""
