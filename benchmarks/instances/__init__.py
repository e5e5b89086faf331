"""Made-up weeks of a station: as large and as tangled as real ones, the same from the same seed."""
