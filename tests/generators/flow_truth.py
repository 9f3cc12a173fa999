"""Tubes of a flow cytometer with known truth, as bytes of FCS 3.1. Shares nothing with the analysis.

Every cell has its own amount of each dye, its own fluorescence and its own size; dyes spill into each
other's detectors; detectors add noise. Doublets are sums of two cells, debris is small and mostly dark.
Shares of kinds of cells vary between experiments and between tubes on the log-odds scale.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
KINDS = ("live", "early", "late", "necrotic")
SPILL = np.array([[1.0, 0.18], [0.03, 1.0]])  # rows: dye; columns: detector
OWN = np.array([150.0, 110.0])  # what unstained cells show
TOP = 262_143.0


@dataclass(frozen=True)
class Tube:
    """One file: its rows as a sheet has them, its events and what is true of it."""

    name: str
    words: dict[str, object]
    channels: tuple[str, ...]
    markers: tuple[str, ...]
    events: Floats
    spill: Floats | None = None
    truth: dict[str, float] = field(default_factory=dict)


def fcs(tube: Tube) -> bytes:
    """The tube as a file of FCS 3.1, floats of 32 bits, little end first."""
    data = np.ascontiguousarray(tube.events, dtype="<f4").tobytes()
    words = {
        "$MODE": "L", "$DATATYPE": "F", "$BYTEORD": "1,2,3,4", "$NEXTDATA": "0", "$CYT": "synthetic",
        "$BEGINANALYSIS": "0", "$ENDANALYSIS": "0", "$BEGINSTEXT": "0", "$ENDSTEXT": "0",
        "$PAR": str(len(tube.channels)), "$TOT": str(len(tube.events)),
    }  # fmt: skip
    for number, (name, marker) in enumerate(zip(tube.channels, tube.markers, strict=True), 1):
        top = "1048576" if name == "Time" else "262144"
        words |= {f"$P{number}N": name, f"$P{number}B": "32", f"$P{number}E": "0,0", f"$P{number}R": top}
        if marker:
            words[f"$P{number}S"] = marker
    if tube.spill is not None:
        dyes = [name for name, marker in zip(tube.channels, tube.markers, strict=True) if marker]
        cells = ",".join(f"{value:.6g}" for value in tube.spill.ravel())
        words["$SPILLOVER"] = f"{len(dyes)},{','.join(dyes)},{cells}"
    size = 0
    for _ in range(3):  # the text holds its own length
        begin = 58 + size
        places = {"$BEGINDATA": str(begin), "$ENDDATA": str(begin + len(data) - 1)}
        text = "|" + "".join(f"{key}|{value}|" for key, value in (words | places).items())
        size = len(text)
    head = f"FCS3.1    {58:>8}{57 + size:>8}{58 + size:>8}{57 + size + len(data):>8}{0:>8}{0:>8}"
    return head.encode() + text.encode() + data


def write(tubes: list[Tube], folder: Path) -> Path:
    """All tubes into `folder`, with a sheet; its path."""
    words = ("role", "stain", "experiment", "compound", "dose", "time", "cell_line", "arm")
    heads = [{"dose": "dose [µM]", "time": "time [h]"}.get(word, word) for word in words]
    lines = [",".join(["file", *heads])]
    for tube in tubes:
        (folder / tube.name).write_bytes(fcs(tube))
        lines.append(",".join([tube.name, *(str(tube.words.get(word, "")) for word in words)]))
    sheet = folder / "sheet.csv"
    sheet.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sheet


def detected(dyes: Floats, own: Floats, rng: np.random.Generator, spill: Floats = SPILL) -> Floats:
    """What the detectors show of amounts (n, 2) of two dyes."""
    ideal = dyes @ spill + own
    return ideal + np.sqrt(30.0**2 + 4.0 * np.maximum(ideal, 0)) * rng.standard_normal(ideal.shape)


def _own(count: int, rng: np.random.Generator) -> Floats:
    both = rng.standard_normal((count, 1)) * 0.3 + rng.standard_normal((count, 2)) * 0.15
    return OWN * np.exp(both)


def _sizes(count: int, dying: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """FSC-A, FSC-H and SSC-A of single cells (n, 3)."""
    area = 80_000 * np.exp(0.13 * rng.standard_normal(count)) * np.where(dying, 0.72, 1.0)
    side = 40_000 * np.exp(0.2 * rng.standard_normal(count)) * np.where(dying, 1.3, 1.0)
    return np.stack([area, 0.8 * area * np.exp(0.04 * rng.standard_normal(count)), side], axis=1)


def _tube_events(
    dyes: Floats, dying: NDArray[np.bool_], rng: np.random.Generator, doublets: float, debris: float,
    spill: Floats = SPILL,
) -> Floats:  # fmt: skip
    """Events (n, 6): FSC-A, FSC-H, SSC-A, two detectors, time; doublets and debris among the cells."""
    count = len(dyes)
    sizes, own = _sizes(count, dying, rng), _own(count, rng)
    pairs = rng.integers(0, count, (round(count * doublets), 2))
    both = sizes[pairs].sum(axis=1)
    both[:, 1] = sizes[pairs, 1].max(axis=1) * rng.uniform(1.0, 1.15, len(pairs))
    pieces = round(count * debris)
    small = np.stack(
        [
            10_000 * np.exp(0.6 * rng.standard_normal(pieces)),
            8_000 * np.exp(0.6 * rng.standard_normal(pieces)),
            6_000 * np.exp(0.6 * rng.standard_normal(pieces)),
        ],
        axis=1,
    )
    bodies = dyes[rng.integers(0, count, pieces)] * 0.15 * (rng.uniform(size=(pieces, 1)) < 0.5)
    amounts = np.concatenate([dyes, dyes[pairs].sum(axis=1), bodies])
    glow = np.concatenate([own, own[pairs].sum(axis=1), 0.2 * _own(pieces, rng)])
    shown = np.concatenate(
        [np.concatenate([sizes, both, small]), detected(amounts, glow, rng, spill)], axis=1
    )
    shown = np.minimum(shown[rng.permutation(len(shown))], TOP)
    return np.concatenate([shown, np.sort(rng.uniform(0, 6000, len(shown)))[:, None]], axis=1)


SCATTER = ("FSC-A", "FSC-H", "SSC-A")


def _channels(first: str, second: str) -> tuple[str, ...]:
    return (*SCATTER, first, second, "Time")


def _markers(first: str, second: str) -> tuple[str, ...]:
    return ("", "", "", first, second, "")


def odds(share: Floats, scatter: Floats) -> Floats:
    """Shares moved by `scatter` on the log scale, summing to 1 again."""
    moved = share * np.exp(scatter)
    return moved / moved.sum()


# Median amounts of annexin V and PI by kind, and the SD of their logarithms.
MEDIANS = np.array([[60.0, 20.0], [5_000, 120], [13_000, 20_000], [110, 26_000]])
SPREADS = np.array([[0.5, 0.4], [0.65, 0.5], [0.55, 0.45], [0.6, 0.4]])


def annexin_events(
    shares: Floats, count: int, rng: np.random.Generator, doublets: float = 0.05, debris: float = 0.08,
    bright: float = 1.0,
) -> tuple[Floats, dict[str, float]]:  # fmt: skip
    """A tube stained with annexin V and PI; its true shares in % of the single cells."""
    kind = rng.choice(4, count, p=shares)
    dyes = MEDIANS[kind] * np.exp(SPREADS[kind] * rng.standard_normal((count, 2)))
    dyes *= bright * np.exp(0.1 * rng.standard_normal(2))
    truth = {name: 100 * float((kind == number).mean()) for number, name in enumerate(KINDS)}
    return _tube_events(dyes, kind >= 2, rng, doublets, debris), truth


def annexin_controls(
    experiment: str, count: int, rng: np.random.Generator, bright: float = 1.0
) -> list[Tube]:
    """Unstained cells and one single stain a dye, of treated cells so that both signs are there."""
    made = []
    mixed = np.array([0.55, 0.15, 0.2, 0.1])
    for name, mask, role, stain in (
        ("unstained", (0.0, 0.0), "unstained", ""),
        ("annexin only", (1.0, 0.0), "single_stain", "annexin"),
        ("PI only", (0.0, 1.0), "single_stain", "PI"),
    ):
        kind = rng.choice(4, count, p=mixed)
        dyes = (
            MEDIANS[kind] * np.exp(SPREADS[kind] * rng.standard_normal((count, 2))) * np.array(mask) * bright
        )
        events = _tube_events(dyes, kind >= 2, rng, 0.05, 0.08)
        made.append(annexin_tube(f"{experiment} {name}", {"role": role, "stain": stain}, experiment, events))
    return made


def annexin_tube(
    name: str, words: dict[str, object], experiment: str, events: Floats,
    truth: dict[str, float] | None = None,
) -> Tube:  # fmt: skip
    words = {**words, "experiment": experiment, "cell_line": "HepG2", "time": 24}
    return Tube(
        f"{name.replace(' ', '_')}.fcs", words, _channels("FITC-A", "PI-A"),
        _markers("Annexin V-FITC", "PI"), events, None, truth or {},
    )  # fmt: skip


def annexin_study(
    seed: int, experiments: int = 3, count: int = 8_000, between: float = 0.15, drug_only: bool = True,
    doublets: float = 0.05, debris: float = 0.08, controls: bool = True, bright: float = 1.0,
) -> list[Tube]:  # fmt: skip
    """Experiments of an untreated and two treated tubes with their controls."""
    rng = np.random.default_rng([seed, 41])
    base = {0.0: (0.9, 0.03, 0.04, 0.03), 8.0: (0.65, 0.17, 0.13, 0.05), 16.0: (0.35, 0.25, 0.3, 0.1)}
    tubes = []
    for number in range(1, experiments + 1):
        shift = between * rng.standard_normal(4)
        for dose, shares in base.items():
            own = odds(np.array(shares), shift + between * rng.standard_normal(4) / 2)
            events, truth = annexin_events(own, count, rng, doublets, debris, bright)
            words = {"role": "sample", "dose": dose, "compound": "L-selenocystine" if dose else ""}
            tubes.append(annexin_tube(f"E{number} {dose:g} uM", words, f"E{number}", events, truth))
        if controls:
            tubes += annexin_controls(f"E{number}", count, rng, bright)
        if drug_only:
            plain = _tube_events(np.zeros((count, 2)), np.zeros(count, dtype=bool), rng, doublets, debris)
            words = {"role": "drug_only", "dose": 16.0, "compound": "L-selenocystine"}
            tubes.append(annexin_tube(f"E{number} drug only", words, f"E{number}", plain))
    return tubes


def dcf_study(
    seed: int, experiments: int = 3, count: int = 6_000, folds: tuple[float, ...] = (1.0, 1.6, 3.0)
) -> list[Tube]:
    """DCF: the dye's median grows by `folds`; the compound itself glows a little."""
    rng = np.random.default_rng([seed, 42])
    tubes = []
    alone = np.eye(2)
    for number in range(1, experiments + 1):
        gain = 2_500 * np.exp(0.2 * rng.standard_normal())
        for dose, fold in zip((0.0, 4.0, 8.0), folds, strict=True):
            true = fold * (np.exp(0.08 * rng.standard_normal()) if dose else 1.0)
            dyes = np.zeros((count, 2))
            dyes[:, 0] = gain * true * np.exp(0.45 * rng.standard_normal(count))
            events = _tube_events(dyes, np.zeros(count, dtype=bool), rng, 0.04, 0.06, alone)
            words = {"role": "sample", "dose": dose, "compound": "L-selenocystine" if dose else ""}
            truth = {"fold": true, "median": float(np.median(dyes[:, 0]))}
            tubes.append(_dcf_tube(f"E{number} {dose:g} uM", words, f"E{number}", events, truth))
            if dose in (0.0, 8.0):
                blank = _tube_events(
                    np.zeros((count, 2)), np.zeros(count, dtype=bool), rng, 0.04, 0.06, alone
                )
                role = "unstained" if dose == 0 else "drug_only"
                own = {**words, "role": role}
                tubes.append(_dcf_tube(f"E{number} {role}", own, f"E{number}", blank))
    return tubes


def _dcf_tube(
    name: str, words: dict[str, object], experiment: str, events: Floats,
    truth: dict[str, float] | None = None,
) -> Tube:  # fmt: skip
    words = {**words, "experiment": experiment, "cell_line": "HepG2", "time": 6}
    return Tube(
        f"{name.replace(' ', '_')}.fcs", words, _channels("FITC-A", "PE-A"), _markers("DCF", ""),
        events, None, truth or {},
    )  # fmt: skip


JC_SPILL = np.array([[1.0, 0.12], [0.04, 1.0]])  # green monomers spill into the red detector


def jc1_study(seed: int, experiments: int = 3, count: int = 6_000) -> list[Tube]:
    """JC-1: cells keep or lose their potential; untreated, two doses, CCCP and unstained."""
    rng = np.random.default_rng([seed, 43])
    tubes = []
    for number in range(1, experiments + 1):
        bright = np.exp(0.15 * rng.standard_normal(2))
        plan = (("0 uM", "sample", 0.0, 0.03), ("4 uM", "sample", 4.0, 0.2), ("8 uM", "sample", 8.0, 0.35),
                ("CCCP", "cccp", np.nan, 0.98), ("unstained", "unstained", np.nan, 0.0))  # fmt: skip
        for name, role, dose, lost in plan:
            share = (
                lost if role != "sample" else 1 / (1 + (1 / lost - 1) * np.exp(0.15 * rng.standard_normal()))
            )
            fallen = rng.uniform(size=count) < share
            dyes = np.where(fallen[:, None], (9_000.0, 900.0), (6_000.0, 24_000.0)) * bright
            dyes = dyes * np.exp(
                0.25 * rng.standard_normal((count, 1)) + 0.2 * rng.standard_normal((count, 2))
            )
            dyes = dyes * (role != "unstained")
            events = _tube_events(dyes, np.zeros(count, dtype=bool), rng, 0.04, 0.06, JC_SPILL)
            words = {"role": role, "dose": dose if dose == dose else "", "experiment": f"E{number}",
                     "compound": "L-selenocystine" if dose > 0 else "", "cell_line": "HepG2",
                     "time": 12}  # fmt: skip
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = float(np.median(dyes[:, 1] / dyes[:, 0])) if role != "unstained" else 0.0
            truth = {"ratio": ratio, "depolarised": 100 * float(fallen.mean())}
            tubes.append(
                Tube(f"E{number}_{name.replace(' ', '_')}.fcs", words, _channels("FITC-A", "PE-A"),
                     _markers("JC-1 green", "JC-1 red"), events, JC_SPILL, truth)
            )  # fmt: skip
    return tubes


def dna_study(seed: int, experiments: int = 3, count: int = 8_000, cv: float = 0.04) -> list[Tube]:
    """PI-stained nuclei: control, and a dose that holds the cells in S and breaks some."""
    rng = np.random.default_rng([seed, 44])
    tubes = []
    base = {0.0: (0.55, 0.28, 0.17, 0.02), 8.0: (0.4, 0.45, 0.15, 0.12)}
    for number in range(1, experiments + 1):
        gain = 50_000 * np.exp(0.05 * rng.standard_normal())
        shift = 0.1 * rng.standard_normal(3)
        for dose, (g1, s, g2m, low) in base.items():
            own = odds(np.array([g1, s, g2m]), shift + 0.05 * rng.standard_normal(3))
            events, truth = _dna_events(own, low, gain, cv, count, rng)
            words = {"role": "sample", "dose": dose, "compound": "L-selenocystine" if dose else "",
                     "experiment": f"E{number}", "cell_line": "HepG2", "time": 24}  # fmt: skip
            channels = ("FSC-A", "SSC-A", "PI-A", "PI-W", "Time")
            tubes.append(
                Tube(
                    f"E{number}_{dose:g}_uM.fcs", words, channels, ("", "", "PI", "", ""), events, None, truth
                )
            )
    return tubes


def _dna_events(
    shares: Floats, low: float, gain: float, cv: float, count: int, rng: np.random.Generator
) -> tuple[Floats, dict[str, float]]:
    phase = rng.choice(3, count, p=shares)
    content = np.where(phase == 1, 1 + rng.uniform(size=count), np.where(phase == 2, 2.0, 1.0))
    pairs = rng.choice(content, (round(0.05 * count), 2)).sum(axis=1)
    broken = rng.beta(6, 4, round(low * count / (1 - low)))
    debris = 0.15 + rng.exponential(0.12, round(0.06 * count))
    ideal = np.concatenate([content, pairs, broken, debris])
    kind = np.repeat([0, 1, 2, 3], [len(content), len(pairs), len(broken), len(debris)])
    area = gain * ideal * (1 + cv * rng.standard_normal(len(ideal)))
    width = np.where(kind == 1, rng.uniform(90_000, 130_000, len(ideal)), 65_000.0)
    width = width * np.minimum(ideal, 1) ** 0.15 * (1 + 0.03 * rng.standard_normal(len(ideal)))
    size = np.where(kind == 3, 9_000, np.where(kind == 2, 45_000, 80_000)) * np.exp(
        0.15 * rng.standard_normal(len(ideal))
    )
    side = size * 0.5 * np.exp(0.2 * rng.standard_normal(len(ideal)))
    order = rng.permutation(len(ideal))
    time = np.sort(rng.uniform(0, 6000, len(ideal)))
    events = np.minimum(np.stack([size, side, area, width], axis=1)[order], TOP)
    share = 100 * np.bincount(phase, minlength=3) / count
    truth = {"G1": float(share[0]), "S": float(share[1]), "G2/M": float(share[2])}
    truth["sub-G1"] = 100 * len(broken) / (len(content) + len(pairs) + len(broken))
    return np.concatenate([events, time[:, None]], axis=1), truth


def example(folder: Path) -> None:
    """The example of the assay's folder: three small experiments with one set of controls, by file name."""
    tubes = annexin_study(7, count=400, drug_only=False)
    words = ("file", "role", "experiment", "compound", "dose [µM]", "time [h]", "cell_line", "stain")
    lines = [",".join(words)]
    samples = [tube for tube in tubes if tube.words["role"] == "sample" and tube.words["dose"] != 8.0]
    controls = [tube for tube in tubes if tube.words["role"] != "sample" and tube.words["experiment"] == "E1"]
    names = ["example.fcs", *(f"example-{number}.fcs" for number in range(2, len(samples) + 1))]
    names += ["example_unstained.fcs", "example_single_stain.fcs", "example_single_stain-2.fcs"]
    for name, tube in zip(names, [*samples, *controls], strict=True):
        (folder / name).write_bytes(
            fcs(Tube(name, {}, tube.channels[:-1], tube.markers[:-1], tube.events[:, :-1]))
        )
        own = tube.words
        cells = (
            name,
            own["role"],
            own["experiment"],
            own.get("compound", ""),
            own.get("dose", ""),
            own["time"],
            own["cell_line"],
        )
        lines.append(",".join([*(str(cell) for cell in cells), str(own.get("stain", ""))]))
    (folder / "example_sheet.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "example_settings.json").write_text('{"panel": "annexin"}\n', encoding="utf-8")
