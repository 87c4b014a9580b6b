"""How is a plan solved site by site, with prices on what ties sites together?"""
