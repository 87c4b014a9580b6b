"""How does compute become power and heat?"""
