"""The eleven guidelines: what each asks, the evidence of this installation, and the state a rule gives it."""
