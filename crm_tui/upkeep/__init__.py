"""Looking after the file: the doctor, and what needs doing once in a while."""
