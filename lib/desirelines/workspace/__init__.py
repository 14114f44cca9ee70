"""What notebooks and scripts use: tables, pictures, and what a privacy officer asks for.

`desirelines.open("shop.yaml")` gives a workspace. It reads what was published; what it writes goes
through the operations of the command line.
"""
