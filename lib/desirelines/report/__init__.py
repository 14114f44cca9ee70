"""The page of a run, and its pictures one by one: from small tables of counts to HTML.

Nothing in it is about one person. Every number stands in a table beside its picture.
"""
