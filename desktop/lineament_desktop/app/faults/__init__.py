"""What went wrong: painters that a fault left open, what Qt itself says, and the window that shows the log."""
