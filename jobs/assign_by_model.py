"""Submit file of `desirelines assign`; it takes the options of that command.

spark-submit --py-files dist/desirelines.zip jobs/assign_by_model.py --conf my.yaml
"""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["assign", *sys.argv[1:]])):
    raise SystemExit(code)
