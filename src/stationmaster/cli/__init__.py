"""The doors: files in, files out. Results go to ``--out``, messages to standard error.

Exit status: 0 done, 2 bad input, 3 no answer exists, 1 our fault.
"""

from stationmaster.cli.app import main

__all__ = ["main"]
