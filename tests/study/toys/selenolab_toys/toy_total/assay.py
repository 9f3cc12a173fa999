# ruff: noqa: E501 - tables of words read better unbroken
# ruff: noqa: ARG001 - the signatures are those of the contract
"""Adds up a table of another run: an assay that needs one."""

from selenolab.core.analysis import Analysis
from selenolab.core.assay import Assay, AssaySettings, BenchDoor, EndpointSpec, Port, Role
from selenolab.core.estimate import Endpoint, Verdict
from selenolab_toys.toy_slope.assay import FORMAT, SLOPES, WELLS, read, suits


class Settings(AssaySettings):
    """`at_least` has no default."""

    at_least: float


def analyse(dataset, settings, seed, taken) -> Analysis:
    total = float(taken["slopes"].frame["response"].sum())
    word = "enough" if total >= settings.at_least else "too little"
    return Analysis((Endpoint("total", {}, Verdict(word, f"the sum is {total:g}", "sum", 1, "tables")),))


assay = Assay(
    "toy_total", "Toy: a sum", Settings, {"wells": WELLS}, BenchDoor((Role("sample", "wells"),), (), suits, read, (FORMAT,)),
    None, analyse, (EndpointSpec("total", "", "whether the sum is enough"),),
    takes={"slopes": Port("slopes to add", SLOPES, required=True)},
)  # fmt: skip
