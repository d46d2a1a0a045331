"""Other people's templates: rendered by Copier where they can do no harm."""
