"""One repository per aggregate. They do what they are told; rules live in the services."""
