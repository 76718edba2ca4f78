"""Models on their way in and out: the user's library, archives, ONNX files, and the log of what was put into use."""
