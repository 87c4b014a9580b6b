"""gridtide: computing that rises and falls with the grid."""

__version__ = "0.1.0.dev0"
