"""How far can a fleet bend, for how long, and at what price?"""
