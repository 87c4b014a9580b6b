"""How does a site follow the set-points of a dispatch centre beside the loop of its room?"""
