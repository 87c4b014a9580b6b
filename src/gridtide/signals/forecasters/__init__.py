"""What will the grid say next?"""
