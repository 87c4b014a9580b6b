"""Which work need a plan not tell apart, and how is it told apart again?"""
