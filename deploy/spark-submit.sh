#!/bin/sh
# Submits one job: deploy/spark-submit.sh MASTER jobs/run_all.py --conf my.yaml [options of the command]
# SUBMIT_OPTIONS may add options of spark-submit. JARS may name Delta's two jars; by default those that `make setup` fetched.
set -eu
master=$1 job=$2
shift 2
here=$(cd "$(dirname "$0")/.." && pwd)
jars=${JARS:-$("$here/.venv/bin/python" -c 'from desirelines.io.spark.jars import fetch_jars; print(",".join(map(str, fetch_jars())))')}
PYSPARK_PYTHON=${PYSPARK_PYTHON:-$here/.venv/bin/python} exec "$here/.venv/bin/spark-submit" --master "$master" --jars "$jars" \
    --conf spark.sql.extensions=io.delta.sql.DeltaSparkSessionExtension \
    --conf spark.sql.catalog.spark_catalog=org.apache.spark.sql.delta.catalog.DeltaCatalog \
    --conf spark.sql.session.timeZone=UTC --conf spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS \
    --conf spark.databricks.delta.allFilesInCrc.verificationMode.forceOnNonUTC.enabled=false \
    --conf spark.python.sql.dataFrameDebugging.enabled=false --conf spark.sql.codegen.hugeMethodLimit=8000 --conf spark.ui.showConsoleProgress=false ${SUBMIT_OPTIONS:-} \
    --py-files "$here/dist/desirelines.zip" "$job" "$@"
