"""What is wrong with a journey, each flaw in a sentence with its number."""
