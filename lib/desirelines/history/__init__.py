"""What changed between runs, and why: from members then and now to changes, moves and causes.

Published rows never change; everything here is computed from them.
"""
