"""Use cases: what a person or a schedule can ask for, with all rules of who may and what is logged."""
