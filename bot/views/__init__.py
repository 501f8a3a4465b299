"""Facts → neutral content: cards, keyboards, button codes, Russian texts. Nothing here asks the database."""
