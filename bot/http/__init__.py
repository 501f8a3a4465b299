"""HTTP for the outside: health checks, metrics and webhooks."""
