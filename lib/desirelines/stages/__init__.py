"""One file a stage: read by views, transform by topics, check, write.

Stages never call each other, except that publishing gets the stage it may have to do again.
"""
