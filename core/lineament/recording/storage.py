"""The old place of `lineament.storage`."""

from lineament.storage import atomic_file, make_folder, storage_error, sync_folder, write_atomically, writing_to

__all__ = ["atomic_file", "make_folder", "storage_error", "sync_folder", "write_atomically", "writing_to"]
