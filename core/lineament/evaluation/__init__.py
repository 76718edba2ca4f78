"""Every system and every control on the same persons, in one table: trained alike, selected on dev, tested once."""
