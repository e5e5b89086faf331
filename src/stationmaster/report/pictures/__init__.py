"""Pictures as inline SVG in the style sheet's colours: it gives them light and dark.

Charts and maps are matplotlib's, by way of ``figure``; ``geography`` decodes the world for them. The crew's
week is the product's own and written with ``svg``. All text is real text, all coordinates are rounded to a
tenth, so bytes do not change.
"""
