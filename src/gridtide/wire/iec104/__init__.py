"""How does IEC 60870-5-104 speak? Frames, telegrams, one connection, and what a controlled station answers."""
