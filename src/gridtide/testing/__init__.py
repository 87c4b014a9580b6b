"""How does a newcomer know that a new file is right?"""
