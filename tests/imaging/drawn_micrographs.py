"""Draws micrographs with a known scale bar, from a seed: many fonts, polarities, places, noise, JPEG."""

import io
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

NUMBERS = (
    "1",
    "2",
    "2.5",
    "3",
    "4",
    "5",
    "10",
    "20",
    "25",
    "50",
    "100",
    "200",
    "250",
    "300",
    "500",
    "0.2",
    "0.5",
    "200.0",
)
STYLES = ("solid", "line", "ticks", "box", "strip")
_SYSTEM = Path("/usr/share/fonts/truetype/liberation")


@dataclass(frozen=True)
class Drawn:
    image: np.ndarray
    length_px: int
    nanometres: float
    text: str
    style: str
    font: str
    size: int
    box: tuple[int, int, int, int]


def fonts() -> list[str]:
    """Fonts of this machine: of matplotlib, and Liberation (which no template knows) where it is there."""
    folder = Path(find_spec("matplotlib").submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
    own = ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono", "STIXGeneral", "STIXGeneralBol"]
    system = ["Sans-Regular", "Sans-Bold", "Serif-Regular", "Serif-Bold", "SansNarrow-Regular", "Sans-Italic"]
    foreign = [str(_SYSTEM / f"Liberation{name}.ttf") for name in system]
    return [str(folder / f"{name}.ttf") for name in own] + [f for f in foreign if Path(f).is_file()] * 2


def drawn_micrograph(seed: int) -> Drawn:
    rng = np.random.default_rng(seed)
    height, width = int(rng.integers(420, 900)), int(rng.integers(480, 1000))
    image, level = _background(rng, height, width)
    names = fonts()
    font_name, size = names[int(rng.integers(len(names)))], int(rng.integers(12, 44))
    number, unit = str(rng.choice(NUMBERS)), str(rng.choice(["nm", "nm", "µm", "um"]))
    unit = "µm" if number.startswith("0.") else unit
    style = str(rng.choice(STYLES))
    text = number + ("" if rng.random() < 0.25 else " ") + unit
    font = ImageFont.truetype(font_name, size)
    length = int(rng.integers(max(40, round(0.08 * width)), round(0.4 * width)))
    picture, box, measured = _annotated(rng, image, level, style, text, font, length)
    nanometres = float(number) * (1 if unit == "nm" else 1000)
    return Drawn(_stored(rng, picture), measured, nanometres, text, style, Path(font_name).stem, size, box)


def _background(rng, height: int, width: int) -> tuple[np.ndarray, float]:
    level = float(rng.uniform(40, 210))
    y, x = np.mgrid[:height, :width]
    image = level + rng.uniform(-15, 15) * x / width + rng.uniform(-15, 15) * y / height
    for _ in range(int(rng.integers(3, 25))):
        cy, cx, r = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(6, 60)
        inside = (y - cy) ** 2 + (x - cx) ** 2 < r**2
        image = np.where(inside, np.clip(level + rng.choice([-1, 1]) * rng.uniform(20, 90), 5, 250), image)
    grain = rng.normal(0, rng.uniform(1, 14), (height, width))
    return np.clip(image + grain, 0, 255), level


def _annotated(rng, image, level, style, text, font, length):
    height, width = image.shape
    left, top, right, foot = font.getbbox(text)
    wide, tall = right - left, foot - top
    thick = {"line": int(rng.integers(1, 3)), "ticks": int(rng.integers(1, 4))}.get(
        style, int(rng.integers(3, 13))
    )
    aside = style != "strip" and rng.random() < 0.3
    gap = int(rng.integers(4, 12))
    block_w = length + gap * 2 + wide if aside else max(length, wide)
    block_h = max(tall, thick, 16) if aside else tall + gap + max(thick, 16)
    pad = 8
    ink = 255 if level < 125 else 0
    x = int(rng.integers(pad + 4, max(pad + 5, width - block_w - pad - 4)))
    y = int(rng.choice([pad + 4, height - block_h - pad - 6]))
    picture = Image.fromarray(image.astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    if style == "strip":
        y = height - block_h - pad
        ink, ground = (0, 255) if rng.random() < 0.5 else (255, 0)
        draw.rectangle([0, y - pad, width, height], fill=ground)
    if style == "box":
        ink, ground = (0, 255) if rng.random() < 0.7 else (255, 0)
        draw.rectangle([x - pad, y - pad, x + block_w + pad, y + block_h + pad], fill=ground)
    bar_x = x if aside else x + (block_w - length) // 2
    bar_y = y + (block_h - thick) // 2 if aside else y + tall + gap + 6
    text_x, text_y = (
        (x + length + 2 * gap, y + (block_h - tall) // 2) if aside else (x + (block_w - wide) // 2, y)
    )
    draw.rectangle([bar_x, bar_y, bar_x + length - 1, bar_y + thick - 1], fill=ink)
    if style == "ticks":
        for end in (bar_x, bar_x + length - thick):
            draw.rectangle([end, bar_y - 5, end + thick - 1, bar_y + thick + 4], fill=ink)
    draw.text((text_x - left, text_y - top), text, fill=ink, font=font)
    measured = length - thick if style == "ticks" else length  # between the middles of the ticks
    return picture, (y, x, y + block_h, x + block_w), measured


def _stored(rng, picture: Image.Image) -> np.ndarray:
    if rng.random() < 0.5:
        store = io.BytesIO()
        picture.save(store, "JPEG", quality=int(rng.integers(70, 96)))
        picture = Image.open(store)
    return np.asarray(picture)
