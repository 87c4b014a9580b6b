"""How do others reach our programs and events? An OpenADR 3.1 VTN for an aggregator or a test."""
