"""How are the hours ahead learned from the hours before?"""
