"""What does OpenADR 3.1 say, and what does it mean?

Objects of the wire as they are written, the time rules, what each payload type may hold, which events hold at an
instant, and what they mean to a site. Nothing here reads a clock, a file or a network.

Source: OpenADR 3.1.1, github.com/grid-coordination/openadr3-specification (Apache-2.0).
"""
