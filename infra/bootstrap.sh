#!/bin/sh
# Make the virtual environment: bootstrap.sh PYTHON VENV. Says what is missing and what to do about it.
set -eu
python=$1 venv=$2

command -v "$python" >/dev/null || {
    echo "there is no $python on PATH: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.12" >&2
    exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "$python is $("$python" --version 2>&1): Python 3.11 or newer is needed; name one: make PYTHON=python3.12" >&2
    exit 1
}
echo "setting up $venv with $("$python" --version 2>&1)"
if [ ! -x "$venv/bin/pip" ]; then
    rm -rf "$venv"
    "$python" -m venv "$venv" >/dev/null || {
        echo "$python cannot make virtual environments: on Debian run as root: apt-get install python3-venv" >&2
        exit 1
    }
fi
online() { "$@" || { echo "the package index could not be reached (or refused): check the network and run make again" >&2; exit 1; }; }
online "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r infra/requirements/bootstrap.txt
online "$venv/bin/uv" pip sync --quiet --require-hashes --python "$venv/bin/python" infra/requirements/dev.txt infra/requirements/bootstrap.txt
online "$venv/bin/uv" pip install --quiet --no-deps --python "$venv/bin/python" --editable .
