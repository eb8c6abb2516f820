"""The recommender: what goes with what was picked, for what reason, learned from choices at once."""
