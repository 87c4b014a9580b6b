"""Do the walls hold? Plugins to try: one that does as it should, one that waits for its hour."""
