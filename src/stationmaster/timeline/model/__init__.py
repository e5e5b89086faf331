"""The week as a model: slots, possible starts, what room is left, the constraints, and their relaxation."""
