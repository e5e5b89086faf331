"""Stationmaster runs a space station that is open to every country.

The folders tell the journey: an invitation (``call``) is answered (``proposal``), judged
(``review``) and decided (``selection``); the chosen get a place and a flight (``manifest``) and
crew hours (``timeline``); the station flies its orbit (``orbit``) and nothing may hit it
(``safety``).
"""

__version__ = "0.1.0"
