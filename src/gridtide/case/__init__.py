"""What is being studied?"""
