"""Who answers for it?"""
