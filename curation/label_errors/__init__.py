"""Which labels are likely wrong: two witnesses, and a list for people to go through."""
