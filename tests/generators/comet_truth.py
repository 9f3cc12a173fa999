"""Fields of simulated comets whose tail DNA is known, drawn with numpy: nothing of the analysis is used.

A comet is a nucleus (a disc with soft edges to a dome, round or slightly oval, with chromatin texture) and a
tail that starts somewhere under its rear half. Head and tail are each normalised before they are added, so
that the share of DNA in the tail is exact. Pixels get a sloping ground, photon noise and read noise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TAILS = ("exponential", "gamma", "plume")


@dataclass(frozen=True)
class Drawn:
    """One comet as drawn. `angle` [rad] of the tail, x right, y down; `kind` says what is wrong."""

    x: float
    y: float
    angle: float
    tail_percent: float
    radius: float
    length: float  # scale of the tail, px
    total: float
    kind: str = "plain"


@dataclass(frozen=True)
class Field:
    """An image (height, width) and the comets in it."""

    image: NDArray[np.generic]
    comets: tuple[Drawn, ...]
    angle: float  # of electrophoresis, rad


@dataclass(frozen=True)
class Recipe:
    """What a field is made of."""

    shape: tuple[int, int] = (900, 900)
    comets: int = 9
    bits: int = 16
    tail_percent: tuple[float, float] = (0.0, 75.0)
    angle: float | None = None  # deg; None: any
    wobble: float = 3.0  # deg, of single comets
    radius: tuple[float, float] = (9.0, 20.0)
    oval: float = 0.08  # SD of ln(length / width) of heads
    ground: float = 0.06  # of a full scale
    gradient: float = 0.5  # change of the ground across the image, of itself
    noise: float = 0.002  # read noise, of a full scale
    photons: float = 20000.0  # at full scale
    edge: int = 0
    overlaps: int = 0
    saturated: int = 0
    hedgehogs: int = 0
    dust: int = 0
    level: float = 0.45  # brightest pixel of a plain comet, of a full scale


def draw_field(seed: int, recipe: Recipe = Recipe()) -> Field:
    """A field by its seed."""
    rng = np.random.default_rng(seed)
    angle = np.deg2rad(rng.uniform(0, 360) if recipe.angle is None else recipe.angle)
    full = float(2**recipe.bits - 1)
    light = np.zeros(recipe.shape)
    comets: list[Drawn] = []
    taken: list[tuple[float, float, float, float]] = []
    kinds = ["edge"] * recipe.edge + ["saturated"] * recipe.saturated + ["hedgehog"] * recipe.hedgehogs
    kinds += ["overlap"] * recipe.overlaps + ["plain"] * recipe.comets
    for kind in kinds:
        comets += _add(rng, light, recipe, kind, angle, taken)
    for _ in range(recipe.dust):
        _dust(rng, light, recipe)
    return Field(_camera(rng, light, recipe, full), tuple(comets), angle)


def _add(rng, light, recipe, kind, angle, taken):
    """Draw one comet (two where they overlap) at a free place."""
    tail = rng.uniform(90, 97) if kind == "hedgehog" else rng.uniform(*recipe.tail_percent)
    radius, own = rng.uniform(*recipe.radius), angle + np.deg2rad(rng.normal(0, recipe.wobble))
    length = rng.uniform(0.8, 2.2) * radius
    reach = 2.0 * radius + 5.5 * length
    place = _free(rng, light.shape, own, radius, reach, taken, kind)
    if place is None:
        return []
    level = recipe.level * rng.uniform(0.6, 1.2) * (4.5 if kind == "saturated" else 1.0)
    first = _draw(rng, light, place, own, tail, radius, length, level, kind, recipe.oval)
    if kind != "overlap":
        return [first]
    side = place[0] - 1.3 * radius * np.sin(own), place[1] + 1.3 * radius * np.cos(own)
    other = rng.uniform(*recipe.tail_percent)
    return [first, _draw(rng, light, side, own, other, radius, length, level, kind, recipe.oval)]


def _free(rng, shape, angle, radius, reach, taken, kind):
    """A place (x, y) for the head where the comet touches no other one; on the edge where that is asked."""
    high, wide = shape
    for _ in range(400):
        x, y = rng.uniform(0, wide), rng.uniform(0, high)
        if kind == "edge":
            side = rng.integers(4)
            x = {0: 0.4 * radius, 1: wide - 0.4 * radius}.get(side, x)
            y = {2: 0.4 * radius, 3: high - 0.4 * radius}.get(side, y)
        room = 2.6 * radius
        ends = np.array([[x, y], [x + reach * np.cos(angle), y + reach * np.sin(angle)]])
        inside = (ends > room).all() and (ends < np.array([wide, high]) - room).all()
        if kind != "edge" and not inside:
            continue
        steps = np.linspace(0, 1, 12)[:, None]
        line = ends[:1] + steps * (ends[1:] - ends[:1])
        if all(np.hypot(*(line - other[:2]).T).min() > room + other[3] for other in taken):
            taken.extend((px, py, 0.0, room) for px, py in line)
            return x, y
    return None


def _draw(rng, light, place, angle, tail, radius, length, level, kind, oval):
    """Add head and tail to the light (H, W)."""
    x, y = place
    reach = int(3 * radius + 8 * length)
    left, top = max(int(x) - reach, 0), max(int(y) - reach, 0)
    right, bottom = min(int(x) + reach, light.shape[1]), min(int(y) + reach, light.shape[0])
    rows, columns = np.mgrid[int(y) - reach : int(y) + reach, int(x) - reach : int(x) + reach].astype(float)
    u = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)
    v = (rows - y) * np.cos(angle) - (columns - x) * np.sin(angle)
    head, plume = _head(rng, u, v, radius, oval), _tail(rng, u, v, radius, length)
    both = (1 - tail / 100) * head / head.sum() + tail / 100 * plume / plume.sum()
    both *= level / both.max()
    cut = both[top - int(y) + reach : bottom - int(y) + reach, left - int(x) + reach : right - int(x) + reach]
    light[top:bottom, left:right] += cut
    return Drawn(x, y, float(angle), float(tail), float(radius), float(length), float(both.sum()), kind)


def _head(rng, u, v, radius, spread):
    oval = np.exp(rng.normal(0, spread) / 2)
    r = np.hypot(u / (radius * oval), v * oval / radius)
    flat = 1 / (1 + np.exp((r - 1) / rng.uniform(0.05, 0.14)))
    dome = np.exp(-((r / 0.85) ** 2))
    share = rng.uniform(0.2, 0.8)
    waves = sum(
        np.cos((u * np.cos(a) + v * np.sin(a)) * k / radius + p)
        for a, k, p in zip(rng.uniform(0, 7, 5), rng.uniform(2, 6, 5), rng.uniform(0, 7, 5), strict=True)
    )
    return (share * flat + (1 - share) * dome) * (1 + 0.02 * waves)


def _tail(rng, u, v, radius, length):
    start = rng.uniform(0.2, 0.9) * radius
    along = u - start
    kind = TAILS[rng.integers(len(TAILS))]
    rise = 1 / (1 + np.exp(-along / (0.08 * radius)))
    ahead = np.maximum(along, 0.0)
    shape = {
        "exponential": np.exp(-ahead / length),
        "gamma": (ahead + 0.3 * length) / length * np.exp(-ahead / (0.8 * length)),
        "plume": np.exp(-0.5 * ((ahead - 1.2 * length) / (0.9 * length)) ** 2),
    }[kind]
    wide = radius * rng.uniform(0.4, 0.7) * (1 + rng.uniform(0.0, 0.15) * ahead / radius)
    return rise * shape / wide * np.exp(-0.5 * (v / wide) ** 2)


def _dust(rng, light, recipe):
    """A speck or a short fibre, much smaller than a nucleus."""
    x, y = rng.uniform(10, light.shape[1] - 10), rng.uniform(10, light.shape[0] - 10)
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]]
    a, long, thin = rng.uniform(0, 7), rng.uniform(1.0, 4.0), rng.uniform(0.8, 1.2)
    u = (columns - x) * np.cos(a) + (rows - y) * np.sin(a)
    v = (rows - y) * np.cos(a) - (columns - x) * np.sin(a)
    light += recipe.level * rng.uniform(0.1, 0.5) * np.exp(-0.5 * ((u / long) ** 2 + (v / thin) ** 2))


def _camera(rng, light, recipe, full):
    """Grey values as a camera writes them."""
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]]
    a = rng.uniform(0, 2 * np.pi)
    slope = (columns / light.shape[1] - 0.5) * np.cos(a) + (rows / light.shape[0] - 0.5) * np.sin(a)
    ground = recipe.ground * (1 + recipe.gradient * slope)
    seen = rng.poisson((light + ground) * recipe.photons) / recipe.photons
    seen += rng.normal(0, recipe.noise, light.shape)
    whole = np.clip(np.rint(seen * full), 0, full)
    return whole.astype(np.uint16 if recipe.bits == 16 else np.uint8)
