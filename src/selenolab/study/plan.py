"""A study file becomes a plan: every name is looked up now, and all mistakes are told together."""

from collections.abc import Iterable
from pathlib import Path

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.core.study import Comparison, Exclusion, Run, Study
from selenolab.study.card import ComparisonCard, StudyCard, read_card
from selenolab.study.comparison_methods import INTERACTION, METHODS, TWO_WAY, method_word
from selenolab.study.compounds import find_compounds
from selenolab.study.order import find_cycle, in_order
from selenolab.study.pathways import pathway_of
from selenolab.study.plan_run import Plans, plan_runs
from selenolab.study.plan_takes import check_takes


def load_study(path: Path) -> Study:
    """The study in the YAML file `path`, checked as far as it can be without opening its data.

    Raises
    ------
    StudyError, SeveralErrors
        one line a mistake: ``study.yaml:12: runs.hepg2.assay: Unknown assay 'viabilty'. Did you
        mean viability?``
    """
    path = Path(path)
    card = read_card(path)
    compounds, basis = find_compounds(card)
    plans = plan_runs(card)
    check_takes(card, plans)
    runs = _ordered(card, plans)
    exclusions = tuple(
        made for where, told in card.exclusions.items() if (made := _exclusion(card, where, told.run))
    )
    comparisons = tuple(_comparison(card, plans, name, told) for name, told in card.comparisons.items())
    study = Study(
        path, card.head.title, card.head.question, compounds, basis, runs, exclusions, comparisons,
        card.head.pathway,
    )  # fmt: skip
    try:
        pathway_of(study)
    except (DataError, UnknownNameError) as error:
        card.mistakes.add(("pathway",), str(error))
    card.mistakes.tell()
    return study


def _ordered(card: StudyCard, plans: Plans) -> tuple[Run, ...]:
    needs = {name: [take.run for take in plans.takes.get(name, ())] for name in plans.names}
    if cycle := find_cycle(needs):
        chain = " -> ".join(f"runs.{name}" for name in cycle)
        card.mistakes.add(
            ("runs", cycle[0], "inputs"), f"The runs need each other in a circle: {chain}. Cut it."
        )
        return ()
    return tuple(plans.runs[name] for name in in_order(needs) if name in plans.runs)


def _exclusion(card: StudyCard, index: str, run: str) -> Exclusion | None:
    told = card.exclusions[index]
    where = ("exclusions", int(index))
    names = list(card.document.plain.get("runs") or {})
    if run not in names:
        card.mistakes.add((*where, "run"), _unknown("run", run, names))
    words = {key: str(value) for key, value in (told.model_extra or {}).items()}
    if not words:
        card.mistakes.add(where, "Say which rows, as in plate: P1, well: A3.")
        return None
    return Exclusion(run, words, told.reason)


def _comparison(card: StudyCard, plans: Plans, name: str, told: ComparisonCard) -> Comparison:
    where = ("comparisons", name)
    for index, run in enumerate(told.runs):
        if run not in plans.names:
            card.mistakes.add((*where, "runs", index), _unknown("run", run, plans.names))
    method = method_word(told.method)
    if method not in METHODS:
        card.mistakes.add((*where, "method"), _unknown("method", told.method, METHODS))
    if method == "dunnett" and not told.control:
        card.mistakes.add(
            where, "Dunnett needs a control: the group that the others are compared with. Add it."
        )
    if (method in (TWO_WAY, INTERACTION)) != (len(told.by) == 2):
        card.mistakes.add(
            (*where, "by"),
            "A two-way anova and an interaction have two words in 'by', every other method has one.",
        )
    if method == INTERACTION and not told.control:
        card.mistakes.add(
            where, f"An interaction needs a control: the untreated {told.by[0]}, such as '0 µM'. Add it."
        )
    return Comparison(
        name, _runs_with(card, plans, name, told), told.endpoint, ", ".join(told.by), method,
        told.control, dict(told.within),
    )  # fmt: skip


def _runs_with(card: StudyCard, plans: Plans, name: str, told: ComparisonCard) -> tuple[str, ...]:
    """The runs of a comparison: those named, or all that can give its endpoint."""
    where = ("comparisons", name, "endpoint")
    gives = {run: [spec.name for spec in assay.endpoints] for run, assay in plans.assays.items()}
    for run in told.runs:
        if run in gives and told.endpoint not in gives[run]:
            card.mistakes.add(where, f"{_unknown('endpoint', told.endpoint, gives[run])} (run {run})")
            break  # the other runs would say the same
    if told.runs:
        return tuple(told.runs)
    found = tuple(run for run, names in gives.items() if told.endpoint in names)
    if not found and len(gives) == len(plans.names):
        every = {spec for names in gives.values() for spec in names}
        card.mistakes.add(where, _unknown("endpoint", told.endpoint, every))
    return found


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    return str(UnknownNameError(kind, name, known))
