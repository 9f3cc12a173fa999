"""What must be said of media with glutathione: pH, thiolate, oxidation, blanks, and what they stand for."""

from collections.abc import Iterator, Sequence

import numpy as np

from selenolab.assays.release.chemistry import (
    INTRACELLULAR_MM,
    PLASMA_UM,
    THIOL,
    PhRange,
    predicted_ph,
    thiolate_fraction,
)
from selenolab.assays.release.groups import Group
from selenolab.assays.release.media import Medium
from selenolab.assays.release.schema import GSH_BLANK
from selenolab.assays.release.selectivity import NOT_INTERPRETABLE
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.vessels import Prepared
from selenolab.core.check import Check, MissingControl
from selenolab.core.estimate import Absent, Endpoint, Verdict

THIOLATE = "thiolate fraction"
_ENOUGH_MM = 0.5  # below this GSH does not move a 10 mM buffer by more than about 0.05
_LONG_H = 12.0
_RAISED = 0.5


def thiolate_endpoints(media: Sequence[Medium], groups: Sequence[Group]) -> Iterator[Endpoint]:
    """The share of GSH that can attack, at the measured pH of every medium with GSH."""
    for medium in media:
        if not medium.has_gsh:
            continue
        words = {"medium": medium.name}
        if not medium.ph_measured:
            yield Endpoint(THIOLATE, words, Absent(NOT_INTERPRETABLE))
            continue
        own = [vessel for group in groups if group.medium == medium.name for vessel in group.vessels]
        n = sum(bool(np.isfinite(vessel.facts["ph"])) for vessel in own)
        share = f"{100 * thiolate_fraction(medium.ph):.2g} %"
        why = f"of the GSH at the measured pH {medium.ph:.2f}, pKa {THIOL:g} taken as exact"
        yield Endpoint(THIOLATE, words, Verdict(share, why, "acid and base in balance", n, "vessels"))


def gsh_checks(
    media: dict[str, Medium], groups: Sequence[Group], settings: ReleaseSettings
) -> Iterator[Check]:
    """The pH and the life of GSH in every medium that holds it."""
    for medium in media.values():
        if not medium.has_gsh:
            continue
        if strong(medium):
            yield _ph_check(medium, media, settings)
        last = max(
            (float(g.times[-1]) for g in groups if g.medium == medium.name and g.times.size), default=0
        )
        if last > _LONG_H and strong(medium):
            yield Check(
                "GSH is still there at the end", "GSH kept", None,
                f"Nobody says. GSH oxidises in air within {last:g} h: renew the medium, or assay GSH at "
                "the end.",
                group={"medium": medium.name},
            )  # fmt: skip


def _ph_check(medium: Medium, media: dict[str, Medium], settings: ReleaseSettings) -> Check:
    rule, name, words = "pH measured after GSH was added", "pH of the GSH medium", {"medium": medium.name}
    start = start_ph(medium, media)
    amount = medium.gsh if np.isfinite(medium.gsh) else 10.0
    fall = predicted_ph(start, amount, settings.buffer_mm)
    told = (
        f"{amount:g} mM GSH as free acid takes a phosphate-buffered saline of {_buffer(settings)} mM from pH "
        f"{start:.1f} to {_range(fall)}"
    )
    if not medium.ph_measured:
        return Check(rule, name, False, f"The pH was not measured. {told}.", group=words)
    share = f"{100 * thiolate_fraction(medium.ph):.2g} % of the GSH is thiolate"
    if medium.ph > fall.high + _RAISED:
        more = f"{told}; so base was added, or this is the pH that was meant."
    else:
        more = f"{told}."
    why = f"Measured pH {medium.ph:.2f}, where {share}. {more}"
    return Check(rule, name, True, why, medium.ph, None, "", None, words)


def start_ph(medium: Medium, media: dict[str, Medium]) -> float:
    """The pH the buffer had before GSH: as meant, else that of a medium without GSH, else 7.4."""
    if np.isfinite(medium.target_ph):
        return medium.target_ph
    plain = [other.nominal_ph for other in media.values() if not other.has_gsh]
    known = [ph for ph in plain if np.isfinite(ph)]
    if not known:
        return 7.4
    here = medium.ph if medium.ph_measured else 7.4
    near = min(known, key=lambda ph: abs(ph - here))
    return near if abs(near - here) <= 1 or not medium.ph_measured else here


def _range(found: PhRange) -> str:
    low, high = f"{found.low:.1f}", f"{found.high:.1f}"
    return low if low == high else f"{low} to {high}"


def _buffer(settings: ReleaseSettings) -> str:
    return "10 to 12" if settings.buffer_mm is None else f"{settings.buffer_mm:g}"


def strong(medium: Medium) -> bool:
    """Whether a medium holds enough GSH to change its pH, or an amount that nobody states."""
    return medium.has_gsh and not medium.gsh < _ENOUGH_MM


def missing_gsh_blank(media: Sequence[Medium], prepared: Prepared) -> tuple[MissingControl, ...]:
    """GSH and what becomes of it absorb light and change the drug's peak: each GSH medium needs its blank."""
    rows = prepared.rows
    have = set(rows.loc[rows["role"] == GSH_BLANK, "medium"])
    bare = [medium.name for medium in media if strong(medium) and not have & {medium.name, ""}]
    if not bare:
        return ()
    return (
        MissingControl(
            f"that all that was measured in {' and '.join(bare)} is drug",
            "GSH blank",
            "Follow bag and medium with GSH but no drug at the same times (role gsh_blank): GSH oxidises "
            "and exchanges with selenium and sulfur.",
            {"medium": bare[0]} if len(bare) == 1 else {},
        ),
    )


def gsh_warnings(media: Sequence[Medium]) -> Iterator[str]:
    """What concentrations of GSH stand for, and media whose name alone says what they hold."""
    unstated = [medium.name for medium in media if medium.has_gsh and not np.isfinite(medium.gsh)]
    if unstated:
        yield (
            f"{', '.join(unstated)}: the name says GSH, but no amount is stated. Add a column 'gsh [mM]'; "
            "10 mM is taken for the predicted pH only."
        )
    high = [medium for medium in media if strong(medium) and np.isfinite(medium.gsh)]
    if high:
        least, most = INTRACELLULAR_MM
        yield (
            f"GSH of {least:g} to {most:g} mM is what cells hold inside; plasma holds {PLASMA_UM[0]:g} to "
            f"{PLASMA_UM[1]:g} µM. Release with {high[-1].gsh:g} mM says nothing about blood or the space "
            "around a tumour."
        )
