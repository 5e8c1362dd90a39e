"""pytest plugin: which requirement is shown by which tests."""
