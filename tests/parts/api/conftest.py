"""What tests of the service share with those that need no foreign part."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "doors" / "api"))
