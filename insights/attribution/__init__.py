"""Who earned a conversion: pure arithmetic over paths, without database and clock."""
