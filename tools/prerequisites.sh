#!/bin/sh
# Print the Python to build the environment with. Where something is missing, say what, print the one
# line that installs it, and leave with status 2. Usage: sh tools/prerequisites.sh [PYTHON]
set -eu

# Silent where all is there; one Debian package a line where not; fails outside the range.
# libroadrunner is linked against libpython, which Debian keeps in a package of its own.
probe='
import ctypes, sys
version = "%d.%d" % sys.version_info[:2]
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(1)
try:
    import ensurepip, venv
except ImportError:
    print("python" + version + "-venv")
if sys.platform == "linux":
    try:
        ctypes.CDLL("libpython" + version + ".so.1.0")
    except OSError:
        print("libpython" + version)
'

# The Python to ask apt for: the one that was named, or the first that this distribution packages.
packaged_version() {
    case "$1" in python3.1[123]) echo "${1#python}" && return ;; esac
    for version in 3.11 3.12 3.13; do
        if apt-cache show "python$version" >/dev/null 2>&1; then
            echo "$version"
            return
        fi
    done
    echo 3.11
}

if [ -n "${1:-}" ]; then set -- "$1"; else set -- python3.11 python3.12 python3.13 python3; fi

chosen=""
missing=""
for candidate in "$@"; do
    # A name may be absent, a shim without a version behind it, or outside the range: look further.
    lacks=$("$candidate" -c "$probe" 2>/dev/null) || continue
    if [ -z "$chosen" ] || [ -z "$lacks" ]; then
        chosen=$candidate
        missing=$lacks
    fi
    if [ -z "$lacks" ]; then break; fi
done
if [ -z "$chosen" ]; then
    version=$(packaged_version "$1")
    missing="python$version python$version-venv libpython$version"
fi
for tool in make git; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done

if [ -n "$missing" ]; then
    packages=""
    for package in $missing; do packages="$packages $package"; done
    become="sudo "
    if [ "$(id -u 2>/dev/null || echo 1)" = 0 ]; then become=""; fi
    {
        if [ -z "$chosen" ]; then echo "Unable to find a Python from 3.11 to 3.13 (looked for: $*)."; fi
        echo "Missing:$packages. On Debian or Ubuntu:"
        echo "    ${become}apt-get install --yes$packages"
        echo "Elsewhere: Python 3.11 to 3.13 with venv and its shared library, make and git; then" \
            "make PYTHON=/path/to/python"
    } >&2
    exit 2
fi
echo "$chosen"
