"""Tail DNA of simulated comets against the truth: 60 fields at any rotation, 8 and 16 bits; turned images."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from selenolab.imaging.comet import measure_comets

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "generators"))

import comet_truth

SEEDS = 60
NEAR = 20.0  # px: a head found within it is the one drawn
RECIPES = {
    "16 bits, 0 to 75 %": comet_truth.Recipe(),
    "16 bits, 0 to 15 %": comet_truth.Recipe(tail_percent=(0, 15)),
    "8 bits, 0 to 90 %": comet_truth.Recipe(bits=8, tail_percent=(0, 90)),
    "oval heads": comet_truth.Recipe(oval=0.25),
    "with dust, edges, overlaps, saturation, hedgehogs": comet_truth.Recipe(
        comets=6, overlaps=2, edge=2, saturated=1, hedgehogs=1, dust=6
    ),
}


def errors(recipe, seeds):
    """Found less true tail DNA of plain comets that count; how many were lost; flags by kind of comet."""
    found, lost, flags = [], 0, {}
    for seed in seeds:
        field = comet_truth.draw_field(seed, recipe)
        rows = measure_comets(field.image).comets
        for comet in field.comets:
            away = np.hypot(rows["x"] - comet.x, rows["y"] - comet.y)
            count = flags.setdefault(comet.kind, np.zeros(5, dtype=int))
            count[0] += 1
            if not len(away) or away.min() > NEAR:
                lost += comet.kind == "plain"
                continue
            row = rows.loc[away.idxmin()]
            out = row["edge"] or row["overlap"] or row["saturated"] > 0
            count[1:] += [row["edge"], row["overlap"], row["saturated"] > 0, row["tail_percent"] > 85]
            if comet.kind == "plain" and not out:
                found.append(row["tail_percent"] - comet.tail_percent)
    return np.array(found), lost, flags


def turned(seeds):
    """Greatest and mean change of tail DNA when the image is turned by 90, 180 and 270 degrees."""
    changes = []
    for seed in seeds:
        image = comet_truth.draw_field(
            seed, replace(RECIPES["16 bits, 0 to 75 %"], shape=(871, 930), comets=6)
        ).image
        plain = measure_comets(image).comets
        for turns in (1, 2, 3):
            rows = measure_comets(np.rot90(image, turns)).comets
            x, y = back(rows["x"].to_numpy(), rows["y"].to_numpy(), turns, image.shape)
            for i, row in plain.iterrows():
                away = np.hypot(x - row["x"], y - row["y"])
                if len(away) and away.min() < 4:
                    changes.append(rows["tail_percent"].iloc[int(away.argmin())] - plain["tail_percent"][i])
    return np.abs(np.array(changes))


def back(x, y, turns, shape):
    """Places in the turned image as places in the plain one."""
    high, wide = shape
    return {1: (wide - 1 - y, x), 2: (wide - 1 - x, high - 1 - y), 3: (y, high - 1 - x)}[turns]


def main():
    """Print the table."""
    print(f"tail DNA of simulated comets, {SEEDS} seeds each; errors in percentage points")
    for name, recipe in RECIPES.items():
        away, lost, flags = errors(recipe, range(SEEDS))
        told = f"n {away.size}, MAE {np.abs(away).mean():.2f}, bias {away.mean():+.2f}, median "
        told += f"{np.median(np.abs(away)):.2f}, 95 % {np.quantile(np.abs(away), 0.95):.1f}, "
        told += f"worst {np.abs(away).max():.1f}, plain comets not found {lost}"
        print(f"{name}: {told}")
        if len(flags) > 1:
            for kind, count in flags.items():
                told = f"drawn {count[0]}, edge {count[1]}, overlap {count[2]}, "
                print(f"  {kind}: {told}saturated {count[3]}, above 85 % {count[4]}")
    changes = turned(range(20))
    told = f"n {changes.size}, mean {changes.mean():.3f}, worst {changes.max():.2f}"
    print(f"turned by 90, 180, 270 degrees: {told}")


if __name__ == "__main__":
    main()
