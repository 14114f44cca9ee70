"""Submit file: spark-submit --py-files dist/desirelines.zip jobs/build_paths.py --conf my.yaml (the options of `desirelines build-paths`)."""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["build-paths", *sys.argv[1:]])):
    raise SystemExit(code)
