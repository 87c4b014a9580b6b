"""Where should the next data centre stand?"""
