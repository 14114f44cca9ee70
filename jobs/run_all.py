"""Submit file of `desirelines run`; it takes the options of that command.

spark-submit --py-files dist/desirelines.zip jobs/run_all.py --conf my.yaml
"""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["run", *sys.argv[1:]])):
    raise SystemExit(code)
