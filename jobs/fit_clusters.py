"""Submit file: spark-submit --py-files dist/desirelines.zip jobs/fit_clusters.py --conf my.yaml (the options of `desirelines fit-clusters`)."""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["fit-clusters", *sys.argv[1:]])):
    raise SystemExit(code)
