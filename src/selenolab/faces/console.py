"""Tables of text: wrapped to a terminal, unbroken in a pipe."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from selenolab.faces.streams import say

WIDE = 4096  # in a pipe no line is broken: the reader is a program


def say_table(headers: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Columns side by side on stdout, under `title`."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(width=WIDE, highlight=False, markup=False, emoji=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*row)
    with console.capture() as captured:
        if title:
            console.print(title, style="bold")
        console.print(table)
    # Trailing blanks of the last column would only be noise in a pipe or a snapshot.
    say("\n".join(line.rstrip() for line in captured.get().rstrip("\n").splitlines()))
