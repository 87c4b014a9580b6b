"""How does one turn see, decide, check, tell and write down?"""
