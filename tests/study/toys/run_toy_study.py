"""Run a study in a process of its own, with a slow finish: for tests that end it at a bad moment."""

import sys
from pathlib import Path

from selenolab.core.errors import SelenolabError
from selenolab.study.folder import run_study
from selenolab.study.plan import load_study


def finish(folder, outcome, record):
    """Files of some size, as figures are."""
    for number in range(30):
        text = f"{number} {outcome.study.title} {record['study']['sha256']}\n"
        (folder / f"figure{number}.svg").write_text(text * 4000)


if __name__ == "__main__":
    study, workers = load_study(Path(sys.argv[1])), int(sys.argv[2])
    sys.stdout.write("go\n")
    sys.stdout.flush()
    if sys.argv[3:] == ["wait"]:
        sys.stdin.readline()
    try:
        run_study(study, workers=workers, finish=finish)
    except SelenolabError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
