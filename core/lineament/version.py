"""The application's version, read by the build, the window and every file's provenance."""

__version__ = "0.1.0"
