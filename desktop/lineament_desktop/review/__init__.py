"""The Review workspace: the video with its overlay, the estimate, and everything measured, in time with the picture."""
