"""What people say of frames: the database that keeps it, and what follows for the promise."""
