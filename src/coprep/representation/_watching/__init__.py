"""Following people as they come: their order, evidence, alarms, and how groups stand."""
