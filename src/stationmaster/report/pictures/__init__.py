"""Pictures as inline SVG, drawn with classes and no colours: the style sheet gives them light and dark.

``svg`` writes elements, ``axes`` scales and ticks, ``geography`` decodes the world; the others are one
picture each. All text is real text, all coordinates are rounded to a tenth, so bytes do not change.
"""
