"""Files of contacts: read, mapped and written as tables."""
