"""The store: users, sessions, versions and the log. The only place that knows SQLAlchemy."""
