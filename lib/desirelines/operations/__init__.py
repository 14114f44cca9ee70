"""What people do with a warehouse: run, explain, compare, publish again, erase, check, maintain.

Each gives a frozen dataclass, which is the JSON that its command prints.
"""
