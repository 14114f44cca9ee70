#!/bin/sh
# dist/: the wheel for pip and notebooks, and the same bytes as desirelines.zip: spark-submit's --py-files takes only .zip, .egg
# and .jar onto the import path. In dist/jars Delta's two jars, for images.
set -eu
cd "$(dirname "$0")/.."
rm -rf dist
.venv/bin/python -m build --wheel --no-isolation --outdir dist . >/dev/null
cp dist/desirelines-*.whl dist/desirelines.zip
mkdir dist/jars
.venv/bin/python -c 'from desirelines.io.spark.jars import fetch_jars; print(*fetch_jars(), sep="\n")' | while read -r jar; do
    cp "$jar" dist/jars/
done
ls -l dist
