"""`python -m skysift`, for where the console script is not on the path."""

from skysift.app import main

if __name__ == "__main__":
    main()
