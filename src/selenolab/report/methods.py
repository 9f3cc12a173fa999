"""The methods text: assembled from what ran, with numbered references."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from selenolab.core.reference import Reference, Sentence
from selenolab.core.study import Provenance, Result, StudyResult, Virtual
from selenolab.report.citations import cited, link, reference_line, shown_key


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and its sentences: words, the numbers they cite, the closing mark."""

    heading: str
    sentences: tuple[tuple[str, tuple[int, ...], str], ...]


def methods_parts(outcome: StudyResult) -> tuple[Part, ...]:
    """The methods text: runs that were done alike share a part; then comparisons; then software."""
    numbers = {work.key: number for number, work in enumerate(cited(outcome), start=1)}
    parts: list[Part] = []
    for results in _alike(outcome):
        names = ", ".join(one.run.name for one in results)
        done = tuple(_numbered(s, numbers) for s in results[0].analysis.methods)
        came = tuple(_closed(words) for one in results for words in _door_words(one, outcome))
        # Of values that nobody measured the reader must know so before reading how they were analysed.
        simulated = all(isinstance(one.run.door, Virtual) for one in results)
        text = (*came, *done) if simulated else (*done, *came)
        parts.append(Part(f"{names} ({results[0].run.assay})", text))
    sentences = tuple(_numbered(s, numbers) for compared in outcome.compared for s in compared.methods)
    if sentences:
        parts.append(Part("Comparisons", tuple(dict.fromkeys(sentences))))
    software = _software(outcome)
    return (*parts, Part("Software", (_closed(software),))) if software else tuple(parts)


def _alike(outcome: StudyResult) -> list[list[Result]]:
    """Runs of one assay, door and methods: what was measured and what was simulated stand apart."""
    groups: dict[tuple[str, bool, tuple[Sentence, ...]], list[Result]] = {}
    for one in outcome.results:
        if isinstance(one, Result):
            door = isinstance(one.run.door, Virtual)
            groups.setdefault((one.run.assay, door, one.analysis.methods), []).append(one)
    return list(groups.values())


def _numbered(sentence: Sentence, numbers: Mapping[str, int]) -> tuple[str, tuple[int, ...], str]:
    return _closed(sentence.text, tuple(sorted({numbers[work.key] for work in sentence.cites})))


def _closed(text: str, cites: tuple[int, ...] = ()) -> tuple[str, tuple[int, ...], str]:
    text = text.strip()
    return (text[:-1], cites, text[-1]) if text.endswith((".", "!", "?")) else (text, cites, ".")


def _door_words(result: Result, outcome: StudyResult) -> list[str]:
    run, name = result.run, result.run.name
    said: list[str] = []
    if isinstance(run.door, Virtual):
        changed = ", ".join(f"{word} = {value:g}" for word, value in sorted(run.door.overrides.items()))
        said.append(
            f"The values of {name} are simulated with the model {run.door.model} (seed {run.seed}"
            f"{f'; {changed}' if changed else ''}); none of them was measured. "
            "They went through the analysis that measured values go through."
        )
    formats = sorted({one.format for one in result.provenance.inputs})
    if formats:
        said.append(f"The files of {name} were read as {', '.join(formats)}.")
    out = [one for one in outcome.study.exclusions if one.run == name]
    if out:
        said.append(f"{len(out)} exclusion{'s' if len(out) > 1 else ''} of {name} with a stated reason each.")
    return said


def _software(outcome: StudyResult) -> str:
    versions: dict[str, str] = {}
    for one in outcome.results:
        if isinstance(one, Result):
            versions |= one.provenance.versions
    if not versions:
        return ""
    seeds = sorted({one.run.seed for one in outcome.results if isinstance(one, Result)})
    listed = ", ".join(f"{name} {version}" for name, version in sorted(versions.items(), key=_own_first))
    return f"Computed with {listed}; random seeds {', '.join(map(str, seeds))}."


def _own_first(item: tuple[str, str]) -> tuple[bool, str]:
    return item[0] != "selenolab", item[0]


def versions_of(provenance: Provenance) -> list[tuple[str, str]]:
    """Package versions, ours first."""
    return sorted(provenance.versions.items(), key=_own_first)


def methods_markdown(outcome: StudyResult) -> str:
    """``methods.md``: a text that can be pasted into a manuscript."""
    lines = ["# Methods", ""]
    for part in methods_parts(outcome):
        lines += [f"## {escape_markdown(part.heading)}", "", _paragraph(part.sentences), ""]
    lines += _reference_lines(cited(outcome))
    return "\n".join(lines).rstrip("\n") + "\n"


def _paragraph(sentences: Sequence[tuple[str, tuple[int, ...], str]]) -> str:
    return " ".join(
        escape_markdown(text) + (f" [{', '.join(map(str, cites))}]" if cites else "") + mark
        for text, cites, mark in sentences
    )


def _reference_lines(works: Sequence[Reference]) -> list[str]:
    if not works:
        return []
    lines = ["## References", ""]
    for number, work in enumerate(works, start=1):
        address = link(work)
        shown = f"<{address}>" if address else shown_key(work)
        lines.append(f"{number}. {escape_markdown(reference_line(work))} {shown}")
    return lines


def escape_markdown(text: str) -> str:
    """Names from files stay text: no markup and no HTML comes of them."""
    for sign in "\\`*[]<>":
        text = text.replace(sign, f"\\{sign}")
    return text
