"""MPDRM: a multi-scale personalised depression recognition model, after Liu et al., Neurocomputing 632, 129669, 2025.

A reimplementation after the abstract, the only text that was at hand: every block that it names is here under its own
name (MMP, MDFN, MPFN, RARM), and each docstring says what is our choice. Modules bring torch with them, all but
`movement` and `account`; whoever needs one imports it where it is used.
"""
