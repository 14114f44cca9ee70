"""Submit file: spark-submit --py-files dist/desirelines.zip jobs/build_features.py --conf my.yaml (the options of `desirelines build-features`)."""

import sys

from desirelines.cli import main

if __name__ == "__main__" and (code := main(["build-features", *sys.argv[1:]])):
    raise SystemExit(code)
