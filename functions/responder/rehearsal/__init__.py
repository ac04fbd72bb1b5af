"""Game days on the simulated clock: the production code on the twins, and a fleet that really gets well or does not."""
