"""The user guide: pages that ship in `resources/guide`, and the window that shows them."""
