"""The conversation in a terminal: what is asked in the user's own words, the recommendation, the review."""
