"""How is everything kept in one schema, on SQLite or PostgreSQL?"""
