"""How is the control room reached over HTTP?"""
