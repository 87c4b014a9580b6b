"""How much of the world's electricity will computing draw, and what holds it back?"""
