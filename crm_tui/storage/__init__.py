"""The file: connection, write discipline, change sets, jobs."""
