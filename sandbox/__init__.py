"""A local stand-in for the messengers' servers, as strict as the real ones, for the demonstration and the tests."""
