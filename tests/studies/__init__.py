"""Research beside the product, none of it installed: trainings, fits, attacks, altered sentences. LOG.md keeps what was tried."""
