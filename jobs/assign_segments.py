"""Submit file of `desirelines assign-segments`; it takes the options of that command.

spark-submit --py-files dist/desirelines.zip jobs/assign_segments.py --conf my.yaml
"""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["assign-segments", *sys.argv[1:]])):
    raise SystemExit(code)
