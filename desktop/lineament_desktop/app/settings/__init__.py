"""The user's settings at work: what obeys them, and the dialog that changes them and the keys."""
