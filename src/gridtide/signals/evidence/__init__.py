"""What does a raw series show, alone and beside another?"""
