"""The customer file: customers, contacts, tags, projects."""
