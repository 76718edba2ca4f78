"""What Review shows beside and below the picture: estimate, bars at the playhead, and signals over time."""
