"""One file for each format that rows are written in; `catalog.py` names them."""
