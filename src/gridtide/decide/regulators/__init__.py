"""Which ways are there to follow a signal of the grid?"""
