"""Submit file of `desirelines report`; it takes the options of that command.

spark-submit --py-files dist/desirelines.zip jobs/write_report.py --conf my.yaml
"""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["report", *sys.argv[1:]])):
    raise SystemExit(code)
