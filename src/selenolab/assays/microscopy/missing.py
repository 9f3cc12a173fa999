"""What cannot be concluded from micrographs alone."""

from collections.abc import Iterator, Sequence

from selenolab.assays.microscopy.endpoints import GroupResult
from selenolab.assays.microscopy.groups import NM
from selenolab.core.check import MissingControl


def missing_controls(results: Sequence[GroupResult]) -> Iterator[MissingControl]:
    """What each group lacks for a conclusion that readers draw of particle sizes."""
    for result in results:
        group = result.group
        if group.unit != NM:
            yield MissingControl(
                "a size in units of length",
                "a scale",
                "Export the image with its metadata, or state pixel_size, or scale_bar with scale_bar_px.",
                group.words,
            )
        if not len(result.sizes):
            continue
        yield MissingControl(
            "the size, and aggregation, in dispersion",
            "DLS or NTA of the same batch",
            "Measure the dispersion; set the d6-weighted mean, not the number mean, beside the DLS size.",
            group.words,
        )
        if group.unit_is == "images":
            yield MissingControl(
                "how much batches differ",
                "a second batch or grid",
                "State batch or grid for each file: images of one grid tell of that grid only.",
                group.words,
            )
