"""`skysift curate`: which frames there are, which of them are of use, and which come next."""
