"""What to do?"""
