"""Plain frozen data and pure rules. No I/O, no ``await``, no framework."""
