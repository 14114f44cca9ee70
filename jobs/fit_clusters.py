"""Submit file of `desirelines fit-clusters`; it takes the options of that command.

spark-submit --py-files dist/desirelines.zip jobs/fit_clusters.py --conf my.yaml
"""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["fit-clusters", *sys.argv[1:]])):
    raise SystemExit(code)
