"""The memory of users that stay without a client, beside their accounts.

    PAPOD=build/papod python3 tests/bench/always_on.py

Prints a number with what is allowed; tests/e2e/test_always_on.py measures it, and fails if it is more.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import test_always_on  # noqa: E402


def main():
    many = test_always_on.Many()
    try:
        each = many.bytes_of_a_user()
    finally:
        many.doCleanups()
    print(f"a user without a client, of {many.USERS} on {many.CHANNELS} channels {each:.0f} bytes "
          f"at most {many.MOST_BYTES}")


if __name__ == "__main__":
    main()
