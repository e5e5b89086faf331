"""The week in files that people and programs keep: calendars, tables, planning messages."""
