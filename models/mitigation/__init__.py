"""What can be done about a difference between groups, each tried as a version of its own with its cost."""
