"""Writes a member's expected.json anew: ``python tests/contracts/renew.py NAME``. Read the diff."""

import importlib.util
import json
import sys
from pathlib import Path

from selenolab.shelf import assays


def main() -> int:
    """Write the golden file of the assay named on the command line."""
    if len(sys.argv) != 2 or sys.argv[1] not in assays:
        print(f"Say which: renew.py NAME, one of {', '.join(assays)}", file=sys.stderr)  # noqa: T201
        return 2
    spec = importlib.util.spec_from_file_location("members", Path(__file__).with_name("members.py"))
    assert spec is not None
    assert spec.loader is not None
    members = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(members)
    path = assays.folder(sys.argv[1]) / "expected.json"
    text = json.dumps(members.golden(sys.argv[1]), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    print(f"{path} written: read its diff")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
