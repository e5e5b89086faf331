"""How the documentation is built: MyST pages, the furo theme, nothing loaded from the network."""

from stationmaster import __version__

project = "Stationmaster"
copyright = "the Stationmaster authors; Apache-2.0"
release = __version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 3
suppress_warnings: list[str] = []

# The letters and functions are described from the code itself, in the order in which they are written.
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_custom_sections = ["Sources", "Source", "Frames"]

html_theme = "furo"
html_title = f"Stationmaster {__version__}"
html_show_sphinx = False
html_copy_source = False
# Furo would link its own icons; ours are none, so that a page asks for nothing outside its folder.
html_theme_options = {"footer_icons": []}
