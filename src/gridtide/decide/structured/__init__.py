"""How is a large plan solved by its shape?"""
