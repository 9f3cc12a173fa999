#!/bin/sh
# Build the environment VENV from requirements.lock: by uv, which is bootstrapped with pip, or by pip alone
# where uv is not to be had. Every file is checked against its hash. A second call needs no network.
# Usage: sh tools/setup.sh VENV [PYTHON]      INSTALLER=pip skips uv.
set -eu

venv=$1
python=$(sh tools/prerequisites.sh "${2:-}")
inside="$venv/bin/python"

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || echo none; }

make_venv() {
    here=$(version_of "$inside")
    if [ "$here" = none ] || { [ -n "${2:-}" ] && [ "$here" != "$(version_of "$python")" ]; }; then
        echo "Setting up $venv with Python $(version_of "$python"): once, about a minute."
        "$python" -m venv --clear "$venv"
    fi
    "$inside" -m pip --version >/dev/null 2>&1 || "$inside" -m ensurepip >/dev/null
}

with_uv() {
    [ "${INSTALLER:-uv}" = uv ] || return 1
    [ -x "$venv/bin/uv" ] || "$inside" -m pip install --quiet --disable-pip-version-check "uv>=0.5" || return 1
    "$venv/bin/uv" pip install --quiet --compile-bytecode --python "$inside" --require-hashes -r requirements.lock
}

with_pip() {
    [ "${INSTALLER:-uv}" = pip ] || echo "uv could not do it; pip goes on (slower, the same versions)." >&2
    "$inside" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
}

make_venv "$@"
rm -f "$venv/.ready"
with_uv || with_pip
# The build backend is in the lock as well, so this step asks no index.
"$inside" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
: >"$venv/.ready"
