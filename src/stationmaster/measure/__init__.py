"""What every stage measures with: moments, spans, unit names, codes, letters, errors, files.

Nothing here knows a station. Everything else stands on it.
"""

from stationmaster.measure.errors import StationError, sentence
from stationmaster.measure.intervals import Spans
from stationmaster.measure.letters import digest, from_json, to_json
from stationmaster.measure.time import Span, iso, moment

__all__ = ["Span", "Spans", "StationError", "digest", "from_json", "iso", "moment", "sentence", "to_json"]
