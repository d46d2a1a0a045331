"""A project that is there already: what it is, and a module added to it. It is read, never run (docs/adr/0006)."""
