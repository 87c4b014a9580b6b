"""What does the grid say?"""
