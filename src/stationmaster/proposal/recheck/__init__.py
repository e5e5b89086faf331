"""What ``check.py`` works out again by itself: the dossier's faults, the places, the rules.

Written apart from the makers and importing none of them, by plainer means: places by trying every
count and every share, targets by casting the line of sight, rules by one hand-written predicate each.
"""
