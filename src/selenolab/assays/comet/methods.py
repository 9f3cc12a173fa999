"""The methods text: one sentence for each thing that was done, with what it rests on."""

from selenolab.assays.comet.headline import N_IS
from selenolab.assays.comet.room import Room
from selenolab.assays.comet.settings import CometSettings
from selenolab.core.dataset import Dataset
from selenolab.core.reference import Reference, Sentence

OLIVE = Reference(
    "doi:10.2307/3577587",
    "Olive PL, Banáth JP, Durand RE",
    "Heterogeneity in radiation-induced DNA damage and repair in tumor and normal cells measured using the "
    '"comet" assay',
    "Radiation Research 122, 86-94",
    1990,
)
TICE = Reference(
    "pmid:10737956",
    "Tice RR, Agurell E, Anderson D, et al",
    "Single cell gel/comet assay: guidelines for in vitro and in vivo genetic toxicology testing",
    "Environmental and Molecular Mutagenesis 35, 206-221",
    2000,
)
COLLINS = Reference(
    "doi:10.3389/fgene.2014.00359",
    "Collins AR, El Yamani N, Lorenzo Y, et al",
    "Controlling variation in the comet assay",
    "Frontiers in Genetics 5, 359",
    2014,
)
KAUFMAN = Reference(
    "doi:10.1007/BF01932995",
    "Kaufman L",
    "A variable projection method for solving separable nonlinear least squares problems",
    "BIT Numerical Mathematics 15, 49-57",
    1975,
)
REFERENCES = (OLIVE, TICE, COLLINS, KAUFMAN)


def sentences(dataset: Dataset, room: Room, settings: CometSettings) -> tuple[Sentence, ...]:
    """The methods of this analysis."""
    found = list(_pixels(settings)) if "images" in dataset.tables else []
    if not found:
        found.append(Sentence("Tail DNA of single comets was taken as given, one row a comet."))
    kept = "kept" if settings.saturated == "keep" else "left out"
    found.append(
        Sentence(
            f"Comets at the edge or overlapping were left out, those with saturated pixels {kept}; "
            f"comets with more "
            f"than {settings.hedgehog_percent:g} % tail DNA (hedgehogs) were counted and reported.",
            (TICE,),
        )
    )
    n_is = N_IS[settings.n_is]
    found.append(
        Sentence(
            f"The {settings.summary} over the cells of a slide was averaged within {n_is}; means over "
            f"{n_is} are "
            f"given with {100 * settings.level:g} % t intervals. A treatment was compared with the "
            f"untreated cells "
            "of the same line, time and arm by the difference of tail DNA in percentage points, "
            "within experiments "
            "where both were run together, else by Welch's t. Ratios are of geometric means, slides "
            "below 1 % tail "
            "DNA taken as 1 %, so that they stay sound near zero.",
            (COLLINS,),
        )
    )
    found.append(
        Sentence(
            f"A change is called primary strand breaks only where at least {settings.viability_min:g} "
            f"% of the same "
            "cells were alive.",
            (TICE,),
        )
    )
    if room.length_unit == "px" and any("tail_length_px" in slide.values for slide in room.slides):
        found.append(Sentence("No pixel size was stated: lengths and moments are in pixels."))
    return tuple(found)


def _pixels(settings: CometSettings) -> tuple[Sentence, ...]:
    where = (
        f"given as {settings.direction_deg:g}°" if settings.direction_deg is not None
        else "found from the skewness of the comets of each image"
    )  # fmt: skip
    return (
        Sentence(
            "Objects well above the scatter of the ground were outlined; small, dim or ragged ones "
            "were taken for "
            f"dust. The direction of electrophoresis was {where}. The ground of each comet is a plane "
            f"through its "
            "own surroundings."
        ),
        Sentence(
            "Head and tail were told apart by least squares: a head between disc and bell, and behind "
            "its centre a "
            "tail of free profile along and of a bell across the axis. Where the rear of a comet "
            "faded no more than "
            "its front or ended as an edge, only light behind the body more than before it counted as tail.",
            (KAUFMAN,),
        ),
        Sentence(
            "Tail DNA % = 100 tail / (head + tail); tail length from the rear edge of the head (a "
            "fifth of its "
            "height) to where the profile falls to 2 % of its top; Olive moment = distance of the "
            "centres of light "
            "of tail and head x tail DNA % / 100; extent moment = tail length x tail DNA % / 100.",
            (OLIVE,),
        ),
    )
