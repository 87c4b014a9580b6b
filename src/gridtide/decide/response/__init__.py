"""How does a cluster answer a call for less power?"""
