"""How the documentation is built: Sphinx, MyST and furo. `make docs` first writes the generated pages."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]

project = "Selenolab"
author = "The Selenolab developers"
copyright = author  # noqa: A001 - Sphinx's word
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"Selenolab {release}"
html_static_path: list[str] = []
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072B2", "color-brand-content": "#0072B2"},
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}
