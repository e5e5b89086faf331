"""The earliest end: everything must be done, and the last of it as early as can be.

What a launch campaign, a repair or the fitting out of a new module asks. The answer is a plan like any
other, with the minutes to its end as objective and a proven bound below them.
"""
