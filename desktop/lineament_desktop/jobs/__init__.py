"""Background threads around functions of the core: started, watched, stopped and joined by the window."""
