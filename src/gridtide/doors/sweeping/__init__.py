"""How is one study asked many times?"""
