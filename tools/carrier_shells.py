"""Writes the equations of the model carrier_release for any number of shells.

Usage: python tools/carrier_shells.py [SHELLS] > src/selenolab/models/carrier_release/model.ant

The shells are graded, thin towards the surface: r_j = R (1 - (1 - j/N)^2). A uniform mesh of as many
shells gets the early release wrong, where the drug of the outermost layer leaves.
"""

import sys
from itertools import pairwise

SHELLS = 20

HEAD = """\
// Written by tools/carrier_shells.py for {n} shells: change it there.
// Time in s, lengths in nm, volumes in mL, carrier in mg, drug in µg; GSH, GSSG and H2O2 in mM of the medium.
// The drug is counted as shares of the drug loaded, and the forms of the cleavable cross-links as shares of
// those made, so that a dose of zero divides by nothing.
model {name}
  compartment vessel = 1
  species {shells} // share of the drug in each shell, from the centre outwards
  species bag in vessel, medium in vessel, taken in vessel // and outside: in the bag, around it, in aliquots
  species SS in vessel, SG in vessel, SH in vessel, SO in vessel // Se-Se, Se-S-G, Se-H, SeO2H
  species GSH in vessel, GSSG in vessel, H2O2 in vessel

  // What a design sets for each condition.
  dose = 150; medium_volume = 50; sample_volume = 1
  ph = 7.4; gsh = 0; h2o2 = 0
  free_fraction = 0; cleavable_fraction = 1

  // The carrier and its bag.
  radius = 50; diameter_cv = 0.15; drug_load = 0.1; density = 1.2; crosslinks = 0.1
  D0 = 3e-5; betaD = 5.8
  Kp74 = 200; Kp55 = 60
  bag_volume = 1; kmem = 1

  // The chemistry of the cross-links.
  k1 = 2; hind = 8e-5; pKaG = 8.8
  K1 = 1e-2; Ktot = 2.8e-5
  kox = 1e-5; kauto = 3e-6; kGH = 2e-5; kper = 2e-6; ksel = 0.97

"""

STARTS = """\
  bag = free_fraction; medium = 0; taken = 0
  SS = 1; SG = 0; SH = 0; SO = 0
  GSH = gsh; GSSG = 0; H2O2 = h2o2

  carrier := dose * (1 - free_fraction) / 1000 / drug_load // mg; free drug comes without a carrier
  core := carrier / 1000 / density // mL
  links := crosslinks * carrier * cleavable_fraction / medium_volume // mM of cleavable cross-links made

  // Thiol exchange, v1: SS + GSH <-> SG + SH, v2: SG + GSH <-> SH + GSSG; only the thiolate attacks.
  alpha := 1 / (1 + 10^(pKaG - ph))
  k1a := k1 * alpha * hind
  v1 := k1a * (SS * GSH - links * SG * SH / K1)
  v2 := k1a * (SG * GSH - SH * GSSG * K1 / Ktot)
  v3 := kox * SH // 2 SH + O2 -> SS + H2O2
  v4 := kper * SS * H2O2 // SS + 3 H2O2 -> 2 SO
  v5 := ksel * hind * SH * H2O2 // SH + H2O2 + GSH -> SG
  v6 := kauto * GSH // 2 GSH -> GSSG by the air
  v7 := kGH * alpha * GSH * H2O2 // 2 GSH + H2O2 -> GSSG

  cleave: SS -> SG + SH; v1
  exchange: SG -> SH; v2
  relink: 2 SH -> SS; v3 / 2
  oxidise: SS -> 2 SO; v4
  peroxide: SH -> SG; v5
  thiol: GSH -> ; links * (v1 + v2 + v5)
  mixed: -> GSSG; links * v2
  air: 2 GSH -> GSSG; v6 / 2
  scavenge: 2 GSH + H2O2 -> GSSG; v7
  reduce: H2O2 -> ; links * (3 * v4 + v5 - v3 / 2)

  // Fewer cross-links open the network: diffusion in nm2/s, and per shell in 1/s.
  left := 1 - cleavable_fraction + cleavable_fraction * SS
  D := D0 * exp(betaD * (1 - left))
  rate := 3 * D / radius^2
  // Between and beyond the two pH it was assumed for, the partition runs as a straight line of its logarithm.
  Kp := Kp74 * (Kp55 / Kp74)^((7.4 - ph) / 1.9)

"""

TAIL = """\
  leave: bag -> medium; kmem / 3600 * (bag - medium * bag_volume / medium_volume)

  // An aliquot is taken and replaced by fresh medium. Bag and carrier stay.
  thinned := sample_volume / medium_volume
  medium_after := medium * (1 - thinned)
  taken_after := taken + medium * thinned
  GSH_after := GSH + (gsh - GSH) * thinned
  GSSG_after := GSSG * (1 - thinned)
  H2O2_after := H2O2 + (h2o2 - H2O2) * thinned

  // What is seen.
  free_drug := dose * medium / medium_volume
  mean_diameter := 2 * radius
  diameter_sd := diameter_cv * mean_diameter
end
"""


def equations(shells: int = SHELLS, name: str = "carrier_release") -> str:
    """The text of ``model.ant`` with `shells` shells."""
    faces = [1 - (1 - j / shells) ** 2 for j in range(shells + 1)]
    volumes = [b**3 - a**3 for a, b in pairwise(faces)]
    centres = [(a + b) / 2 for a, b in pairwise(faces)]
    names = ", ".join(f"shell{j} in vessel" for j in range(1, shells + 1))
    starts = "".join(
        f"  shell{j} = (1 - free_fraction) * {volume!r}\n" for j, volume in enumerate(volumes, start=1)
    )
    return (
        HEAD.format(n=shells, name=name, shells=names)
        + starts
        + STARTS
        + _flows(faces, volumes, centres)
        + TAIL
    )


def _flows(faces: list[float], volumes: list[float], centres: list[float]) -> str:
    """Fick's law from shell to shell: area over distance times the difference of concentrations.

    Geometry of the unit sphere: faces and centres as shares of the radius, volumes of the sphere's.
    """
    last = len(volumes)
    lines = [
        f"  out{j}: shell{j} -> shell{j + 1}; rate * {faces[j] ** 2 / (centres[j] - centres[j - 1])!r}"
        f" * (shell{j} / {volumes[j - 1]!r} - shell{j + 1} / {volumes[j]!r})\n"
        for j in range(1, last)
    ]
    surface = 1 / (1 - centres[-1])
    lines.append(
        f"  out{last}: shell{last} -> bag; rate * {surface!r}"
        f" * (shell{last} / {volumes[-1]!r} - Kp * core * bag / bag_volume)\n"
    )
    return "".join(lines)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(equations(int(sys.argv[1]) if len(sys.argv) > 1 else SHELLS))
