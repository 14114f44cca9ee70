"""Submit file of `desirelines publish`; it takes the options of that command.

spark-submit --py-files dist/desirelines.zip jobs/publish_segments.py --conf my.yaml
"""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["publish", *sys.argv[1:]])):
    raise SystemExit(code)
