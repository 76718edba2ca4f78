"""Runs that differ in nothing but fold, seed and labels, trained together as one model: what a GPU is good at.

A network of this size keeps a GPU waiting for its next kernel; K of them as one take little longer than one. On two
cores of a CPU it is no faster, so there it happens only where it is asked for. What is trained is the same either way.
"""
