"""Views: data to neutral content (cards, keyboards, button codes, Russian texts), without the database."""
