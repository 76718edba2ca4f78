"""Training DJ-LDML on clips of face crops."""
