"""Reports as they are mailed: each says what it found, in tables that fit a mail."""
