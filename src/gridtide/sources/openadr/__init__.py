"""What does a VTN tell a site over OpenADR 3.1?

Live over HTTPS with polls, calls back or MQTT; or recorded, from files alone, where a plant's network is one-way.
"""
