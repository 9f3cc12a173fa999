"""The on-disk cache of compiled code: used where it can be, done without where it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core import caching

from selenolab.stats import compiled as compiled_module
from selenolab.stats.compiled import compiled, kernels_digest


def test_function_works_where_no_folder_can_be_written(monkeypatch) -> None:
    monkeypatch.setattr(caching.FunctionCache._impl_class, "_locator_classes", [])

    @compiled
    def double(x: float) -> float:
        return 2 * x

    assert double(4.0) == 8.0


def test_kept_code_ages_with_the_kernels_of_its_folder() -> None:
    from selenolab.fit import batch_kernel
    from selenolab.imaging import neck_kernel

    folders = [Path(module.__file__).parent for module in (batch_kernel, neck_kernel)]
    kept = [batch_kernel.fit_rows, next(f for f in vars(neck_kernel).values() if hasattr(f, "_cache"))]
    for folder, function in zip(folders, kept, strict=True):
        assert kernels_digest(folder) in function._cache._cache_file._source_stamp
    assert len({kernels_digest(folder) for folder in folders}) == 2


@pytest.mark.slow
def test_cache_folder_is_filled_and_used(tmp_path: Path) -> None:
    script = (
        "from selenolab.fit.ll4_kernel import step_of\nimport numpy as np\n"
        "assert step_of(np.array([1.0, 1.0, 1.0, 0.0, 1.0]), 0.0, True, True) == (1.0, 1.0)\n"
        "print(sum(step_of.stats.cache_hits.values()))"
    )
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": str(Path(compiled_module.__file__).parents[2]),
    }
    hits = [
        subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        for _ in range(2)
    ]
    assert [int(run.stdout) for run in hits] == [0, 1]
    assert list(tmp_path.rglob("*.nbi"))
