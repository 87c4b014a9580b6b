"""What is left of a run for people and programs to read?"""
