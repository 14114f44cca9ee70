#!/bin/sh
# dist/: the wheel for pip and notebooks, and the same bytes as desirelines.zip: spark-submit's --py-files takes only .zip, .egg
# and .jar onto the import path.
set -eu
cd "$(dirname "$0")/.."
rm -rf dist
.venv/bin/python -m build --wheel --no-isolation --outdir dist . >/dev/null
cp dist/desirelines-*.whl dist/desirelines.zip
ls -l dist
