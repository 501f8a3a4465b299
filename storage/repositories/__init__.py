"""One repository per aggregate. Repositories only read and write; business rules live in the services."""
