"""(signpost)"""
