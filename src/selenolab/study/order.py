"""The order of runs: each after those that it takes from, and otherwise as the study file has them."""

from collections.abc import Mapping, Sequence


def find_cycle(needs: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """A closed chain of names, first = last; empty where there is none.

    Examples
    --------
    >>> find_cycle({"a": ["b"], "b": ["a"]}), find_cycle({"a": ["b"], "b": []})
    (('a', 'b', 'a'), ())
    """
    done: set[str] = set()
    for start in needs:
        chain: list[str] = []
        stack = [(start, 0)]
        while stack:
            name, step = stack.pop()
            if step == 0:
                if name in done:
                    continue
                chain.append(name)
            known = [other for other in needs[name] if other in needs]
            if step < len(known):
                stack.append((name, step + 1))
                if known[step] in chain:
                    return (*chain[chain.index(known[step]) :], known[step])
                stack.append((known[step], 0))
            else:
                chain.remove(name)
                done.add(name)
    return ()


def in_order(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """The names so that each stands after what it needs, else in their own order. No cycle is expected.

    Examples
    --------
    >>> in_order({"a": ["c"], "b": [], "c": []})
    ['b', 'c', 'a']
    """
    left, ordered = list(needs), list[str]()
    while left:
        free = [name for name in left if not any(other in left for other in needs[name])]
        if not free:
            raise ValueError(f"Expected no cycle among {left}.")
        ordered += free
        left = [name for name in left if name not in free]
    return ordered


def behind(needs: Mapping[str, Sequence[str]], name: str) -> list[str]:
    """All runs that take from `name`, directly or not, in order."""
    found: list[str] = []
    for other in in_order(needs):
        if set(needs[other]) & {name, *found}:
            found.append(other)
    return found
