"""How is it reached?"""
