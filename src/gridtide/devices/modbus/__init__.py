"""What stands inside the fence: meters, batteries, UPS, chillers. How are they read and told over Modbus TCP?"""
