"""What does the grid see?"""
