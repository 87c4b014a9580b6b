"""Which promises and limits cannot hold together, and what is the cheapest way out?"""
