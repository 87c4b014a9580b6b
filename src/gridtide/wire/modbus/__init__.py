"""How does Modbus speak? Registers of sixteen bits as values, and maps that say what stands where."""
