"""Learned models and their measures. Pure: no files, no SQL, no web, no clock."""
