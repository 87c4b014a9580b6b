"""Which jobs start, pause or move in the next minutes, and how do requests split?"""
