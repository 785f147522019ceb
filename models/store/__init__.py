"""The study store: what was read, proposed, asked and decided. SQLAlchemy; every write in a transaction."""
