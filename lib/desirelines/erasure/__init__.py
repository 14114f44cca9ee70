"""What a scan for erased people looks for, how, and what makes it clean. No file is touched.

A value of a person is only ever data: never part of a name, a log line or an error.
"""
