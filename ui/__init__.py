"""The command line and the browser chat."""
