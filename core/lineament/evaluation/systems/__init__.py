"""What can be compared: one adapter a file, registered by name in `registry`."""
