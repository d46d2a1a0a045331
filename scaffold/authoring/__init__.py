"""Writing templates of one's own: a small one to start from, or the ones of scaffold made one's own."""
