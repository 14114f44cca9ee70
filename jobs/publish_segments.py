"""Submit file: spark-submit --py-files dist/desirelines.zip jobs/publish_segments.py --conf my.yaml (the options of `desirelines publish`)."""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["publish", *sys.argv[1:]])):
    raise SystemExit(code)
