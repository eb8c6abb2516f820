"""Settings, dataset specs and the readable files of rules. Imports nothing of ours."""
