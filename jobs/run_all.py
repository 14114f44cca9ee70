"""Submit file: spark-submit --py-files dist/desirelines.zip jobs/run_all.py --conf my.yaml (the options of `desirelines run`)."""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["run", *sys.argv[1:]])):
    raise SystemExit(code)
