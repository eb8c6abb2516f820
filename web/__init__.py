"""What stands between the browser and the pages: the guard, sessions, sign-in, headers."""
