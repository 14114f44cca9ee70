"""Submit file: spark-submit --py-files dist/desirelines.zip jobs/ingest_events.py --conf my.yaml (the options of `desirelines ingest-events`)."""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["ingest-events", *sys.argv[1:]])):
    raise SystemExit(code)
