"""Why something is not in the plan, and which musts cannot stand together."""
