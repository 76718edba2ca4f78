"""Training HMHN on face crops."""
