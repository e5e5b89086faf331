"""What each page says: a function from the story of a run to the names its template fills in.

Views gather and count; they decide nothing. Every sentence comes from ``words``.
"""
