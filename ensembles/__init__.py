"""How votes become a verdict: numbers only."""
