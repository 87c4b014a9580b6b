"""When and where should work run over the next hours and days?"""
