"""The search for the week's plan: solver runs that repeat exactly, better and better parts of the plan."""
