"""What does a person look at to decide?"""
