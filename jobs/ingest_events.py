"""Submit file of `desirelines ingest-events`; it takes the options of that command.

spark-submit --py-files dist/desirelines.zip jobs/ingest_events.py --conf my.yaml
"""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["ingest-events", *sys.argv[1:]])):
    raise SystemExit(code)
