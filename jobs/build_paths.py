"""Submit file of `desirelines build-paths`; it takes the options of that command.

spark-submit --py-files dist/desirelines.zip jobs/build_paths.py --conf my.yaml
"""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["build-paths", *sys.argv[1:]])):
    raise SystemExit(code)
