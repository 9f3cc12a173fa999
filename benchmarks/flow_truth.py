"""The flow assay on files of known truth, and what its intervals hold.

    python benchmarks/flow_truth.py [--seeds 60] [--first-seed 1] [--studies 2000] [--files 100]

First part: studies of three experiments as FCS files (spillover, own fluorescence, doublets, debris) through
the bench door; errors of single tubes and of the means over experiments. Quadrants and phases in percentage
points, JC-1 and DCF folds of the control in %.

Second part: false positives ("the change differs from none" where there is none) and coverage of the
intervals on simulated studies of three experiments. Values of tubes are simulated (true share or level of an
experiment, of a tube, counting of events) and go through the same summary as those of files; shares vary on
the log-odds scale between experiments and between tubes. The last rows repeat that end to end with files.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from selenolab.assays.flow.assay import analyse
from selenolab.assays.flow.channels import Channels
from selenolab.assays.flow.headline import headline
from selenolab.assays.flow.kinds import ANNEXIN, CHANGE, DCF, FOLD, JC1, Kind, Panel, S, Value
from selenolab.assays.flow.reading import read
from selenolab.assays.flow.room import Room, Tube
from selenolab.assays.flow.settings import FlowSettings
from selenolab.core.analysis import Analysis
from selenolab.core.assay import Sheet
from selenolab.core.estimate import Estimate
from selenolab.core.format import InputFile
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import read_file

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from generators import flow_truth as truth

MAKERS: Mapping[str, Callable[[int], list[truth.Tube]]] = {
    "annexin": truth.annexin_study,
    "dna": truth.dna_study,
    "dcf": truth.dcf_study,
    "jc1": truth.jc1_study,
}
HARDER: Mapping[str, tuple[str, Callable[[int], list[truth.Tube]]]] = {
    "annexin, stain a third as bright": ("annexin", partial(truth.annexin_study, bright=0.33)),
    "annexin, stain a tenth as bright": ("annexin", partial(truth.annexin_study, bright=0.1)),
    "annexin, 10 % doublets, 25 % debris": (
        "annexin",
        partial(truth.annexin_study, doublets=0.1, debris=0.25),
    ),
    "annexin, 1,000 cells a tube": ("annexin", partial(truth.annexin_study, count=1000)),
    "annexin, no controls": ("annexin", partial(truth.annexin_study, controls=False)),
}
NAMES = {
    "annexin": {"live": "live cells [%]", "early": "early apoptotic [%]", "late": "late apoptotic [%]",
                "necrotic": "necrotic [%]"},
    "dna": {"G1": "Dean-Jett-Fox G1 [%]", "S": "Dean-Jett-Fox S [%]", "G2/M": "Dean-Jett-Fox G2/M [%]",
            "sub-G1": "sub-G1 [%]"},
}  # fmt: skip


def analysed(tubes: Sequence[truth.Tube], panel: str) -> Analysis:
    """Files written, read and analysed, without figures of single tubes."""
    with tempfile.TemporaryDirectory() as place:
        sheet = truth.write(list(tubes), Path(place))
        settings = FlowSettings(panel=panel, shown_tubes=0)  # type: ignore[arg-type]
        files = []
        for tube in tubes:
            path = Path(place) / tube.name
            parsed, sha256 = read_file(path)
            files.append(InputFile(path, path.name, "sample", sha256, parsed))
        told = read_plate_map(sheet)
        reading = read(files, Sheet(sheet.name, told.data, told.units), settings)
        return analyse(reading.dataset, settings, 0, {})


def share_errors(tubes: Sequence[truth.Tube], found: pd.DataFrame, panel: str) -> Iterator[tuple[str, float]]:
    """Errors of single tubes in percentage points."""
    for tube in tubes:
        if tube.words["role"] == "sample":
            for word, column in NAMES[panel].items():
                yield word, float(found.loc[tube.name, column]) - tube.truth[word]


def fold_errors(tubes: Sequence[truth.Tube], found: pd.DataFrame, panel: str) -> Iterator[tuple[str, float]]:
    """Errors of single tubes' folds of their control, in %."""
    word = "median" if panel == "dcf" else "ratio"
    samples = [tube for tube in tubes if tube.words["role"] == "sample"]
    for tube in samples:
        control = next(
            t for t in samples if t.words["experiment"] == tube.words["experiment"] and t.words["dose"] == 0.0
        )
        if tube is control:
            continue
        ours = _level(found, tube.name, panel) / _level(found, control.name, panel)
        yield "fold", 100 * (ours / (tube.truth[word] / control.truth[word]) - 1)
        if panel == "jc1":
            yield "depolarised", float(found.loc[tube.name, "depolarised [%]"]) - tube.truth["depolarised"]


def _level(found: pd.DataFrame, name: str, panel: str) -> float:
    row = found.loc[name]
    return float(row["median"] - row["background"] if panel == "dcf" else row["JC-1 red/green"])


def file_errors(panel: str, seeds: range, make: Callable[[int], list[truth.Tube]], label: str = "") -> None:
    """Errors over seeds, of tubes and of the mean over the three experiments."""
    if label:
        print(label)
    single: dict[str, list[float]] = {}
    means: dict[str, list[float]] = {}
    for seed in seeds:
        tubes = make(seed)
        found = analysed(tubes, panel).tables["tube_values"].frame.set_index("tube")
        own: dict[tuple[str, object], list[float]] = {}
        errors = share_errors if panel in NAMES else fold_errors
        for number, (word, error) in enumerate(errors(tubes, found, panel)):
            single.setdefault(word, []).append(error)
            own.setdefault((word, number % 2), []).append(error)
        for (word, _), values in own.items():
            means.setdefault(word, []).append(float(np.mean(values)))
    for word, errors in single.items():
        size = np.abs(errors)
        print(
            f"{panel:8} {word:12} {len(size):5d} {np.mean(errors):+8.3f} {np.mean(size):8.3f} "
            f"{np.percentile(size, 95):8.3f} {size.max():8.3f} {np.abs(means[word]).max():10.3f}"
        )


# --- intervals ---
LINEAR = {"annexin": (ANNEXIN, 0.08, 0.25), "dna": (S, 0.3, 0.42)}
LOG = {"dcf": (DCF, 2500.0, 1.6), "jc1": (JC1, 4.0, 0.7)}
BETWEEN, WITHIN = 0.25, 0.15  # SD between experiments and between tubes, log odds or ln


def drawn_shares(
    mean: float, effect: float, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Control and treated shares (studies, n) in %, effect a shift of the log odds, with counting error."""
    middle = np.log(mean / (1 - mean))
    shift = BETWEEN * rng.standard_normal((n, 3))
    both = []
    for extra in (0.0, effect):
        odds = middle + extra + shift + WITHIN * rng.standard_normal((n, 3))
        both.append(100 * rng.binomial(10_000, 1 / (1 + np.exp(-odds))) / 10_000)
    return both[0], both[1]


def drawn_levels(
    level: float, fold: float, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Control and treated levels (studies, n) with lognormal scatter."""
    shift = BETWEEN * rng.standard_normal((n, 3))
    both = [level * f * np.exp(shift + WITHIN * rng.standard_normal((n, 3))) for f in (1.0, fold)]
    return both[0], both[1]


def outcome(kind: Kind, control: np.ndarray, treated: np.ndarray) -> dict[str, Estimate]:
    """The assay's summary of one study of three experiments."""
    tubes, values = [], []
    for number, (low, high) in enumerate(zip(control, treated, strict=True)):
        for dose, value in ((0.0, low), (8.0, high)):
            tube = Tube(
                f"{number} {dose}", "sample", experiment=str(number), compound="X" if dose else "", dose=dose
            )
            tubes.append(tube)
            values.append(Value(kind, tube.name, float(value)))
    room = Room(tuple(tubes), {}, Channels({}, {}, {}), "µM", {}, (), {}, {}, {})
    found = headline(Panel(tuple(values)), room, 0.95).endpoints
    return {
        f"{end.name}{'' if end.group['dose'] == '0 µM' else '*'}": end.outcome
        for end in found
        if isinstance(end.outcome, Estimate)
    }


def intervals(panel: str, studies: int, seed: int) -> None:
    """False positives and coverage of one panel's headline."""
    rng = np.random.default_rng(seed)
    linear = panel in LINEAR
    kind, base, other = LINEAR[panel] if linear else LOG[panel]
    change = f"{kind.name}, {CHANGE if linear else FOLD}*"
    none = 0.0 if linear else 1.0
    draw = drawn_shares if linear else drawn_levels
    effect = np.log(other / (1 - other)) - np.log(base / (1 - base)) if linear else other
    same = draw(base, 0.0 if linear else 1.0, studies, rng)
    wrong = sum(not _holds(outcome(kind, a, b)[change], none) for a, b in zip(*same, strict=True))
    control, treated = draw(base, float(effect), studies, rng)
    far_control, far_treated = draw(base, float(effect), 400_000, rng)
    if linear:
        truths = (float(np.mean(far_treated - far_control)), float(np.mean(far_treated)))
    else:
        truths = (other, base * other)
    held = [outcome(kind, a, b) for a, b in zip(control, treated, strict=True)]
    covered = sum(_holds(one[change], truths[0]) for one in held)
    mean = sum(_holds(one[f"{kind.name}*"], truths[1]) for one in held)
    print(
        f"{panel:8} {change.rstrip('*'):34} {studies:6d} {100 * wrong / studies:8.2f} "
        f"{100 * covered / studies:9.2f} {100 * mean / studies:9.2f}"
    )


def _holds(estimate: Estimate, value: float) -> bool:
    return bool(estimate.low <= value <= estimate.high)


def end_to_end(count: int) -> None:
    """False positives of whole studies as files: annexin, two tubes an experiment of the same true share."""
    wrong = 0
    for seed in range(1, count + 1):
        rng = np.random.default_rng([seed, 45])
        tubes = []
        for number in range(1, 4):
            shift = 0.25 * rng.standard_normal(4)
            for dose in (0.0, 8.0):
                own = truth.odds(np.array([0.85, 0.06, 0.06, 0.03]), shift + 0.15 * rng.standard_normal(4))
                events, told = truth.annexin_events(own, 1_500, rng)
                words = {"role": "sample", "dose": dose, "compound": "X" if dose else ""}
                tubes.append(truth.annexin_tube(f"E{number} {dose:g} uM", words, f"E{number}", events, told))
            if number == 1:
                tubes += truth.annexin_controls("E1", 1_500, rng)
        found = analysed(tubes, "annexin").endpoints
        change = next(end.outcome for end in found if end.name == f"{ANNEXIN.name}, {CHANGE}")
        wrong += not (isinstance(change, Estimate) and _holds(change, 0.0))
    print(f"{'annexin':8} {'as files, no effect':34} {count:6d} {100 * wrong / max(count, 1):8.2f}")


def main() -> None:
    """Both tables."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, default=60)
    asked.add_argument("--first-seed", type=int, default=1)
    asked.add_argument("--studies", type=int, default=2000)
    asked.add_argument("--files", type=int, default=100)
    told = asked.parse_args()
    heads = f"{'bias':>8} {'mean':>8} {'95th':>8} {'worst':>8} {'worst mean':>10}"
    print(f"{'panel':8} {'number':12} {'tubes':>5} {heads}")
    seeds = range(told.first_seed, told.first_seed + told.seeds)
    for panel in MAKERS:
        file_errors(panel, seeds, MAKERS[panel])
    for label, (panel, make) in HARDER.items():
        file_errors(panel, seeds[: max(1, told.seeds // 3)], make, label)
    print(f"\n{'panel':8} {'endpoint':34} {'n':>6} {'false +':>8} {'cover Δ':>9} {'cover':>9}")
    for number, panel in enumerate((*LINEAR, *LOG)):
        intervals(panel, told.studies, 100 + number)
    end_to_end(told.files)


if __name__ == "__main__":
    main()
