"""What happens to a market when fleets are a large part of its load?"""
