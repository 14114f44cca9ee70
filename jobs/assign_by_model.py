"""Submit file: spark-submit --py-files dist/desirelines.zip jobs/assign_by_model.py --conf my.yaml (the options of `desirelines assign`)."""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["assign", *sys.argv[1:]])):
    raise SystemExit(code)
