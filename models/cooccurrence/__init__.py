"""Co-occurrence of choices: a table of categories and a table of items that people can read."""
