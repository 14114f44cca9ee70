#!/bin/sh
# The whole set-up: Python, Java, packages by constraints.txt, the two Delta jars. Safe to run again.
set -eu
cd "$(dirname "$0")/.."

python=
for candidate in ${PYTHON:-} python3 python3.12 python3.11 python3.13; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13)))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11, 3.12 or 3.13 is needed (python3 here: $(python3 --version 2>&1 || echo none)). Debian/Ubuntu: sudo apt-get install python3 python3-venv; macOS: brew install python@3.12; or set PYTHON=/path/to/python." >&2
    exit 2
fi
sh deploy/java-home.sh --install >/dev/null
if [ ! -x .venv/bin/python ]; then
    echo "Making the virtual environment .venv with $("$python" --version)."
    "$python" -m venv .venv || {
        echo "The venv module is missing. Debian/Ubuntu: sudo apt-get install python3-venv" >&2
        exit 2
    }
fi
echo "Installing packages by constraints.txt (a few minutes the first time)."
# Spark comes as source: what builds it must be there first, as isolation is off for our own editable install.
.venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt hatchling editables setuptools
.venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt --no-build-isolation -e '.[spark,connect,mlflow,report,lineage,dev]'
JAVA_HOME=$(sh deploy/java-home.sh) .venv/bin/python -m desirelines.io.spark.jars
touch .venv/.ready
