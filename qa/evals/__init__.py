"""Questions in, measures out; one short file per benchmark. LOG.md keeps what was tried."""
