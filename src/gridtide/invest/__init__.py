"""What should be built?"""
