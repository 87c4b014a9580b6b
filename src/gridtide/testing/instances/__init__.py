"""On which seeded, versioned input are speeds and gaps measured?"""
