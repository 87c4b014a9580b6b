"""What would happen?"""
