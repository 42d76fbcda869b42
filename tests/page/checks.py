"""Checks of the mock's page and of the page of results in a real browser. See run.sh."""

import os
import sys
import traceback

# Each puts its checks on the list.
import contents  # noqa: F401
import access  # noqa: F401
import safety  # noqa: F401
import endurance
import report
from looking import CHECKS


def main():
    binary = os.path.abspath(sys.argv[1])
    pictures = sys.argv[2] if len(sys.argv) > 2 else None
    if pictures:
        os.makedirs(pictures, exist_ok=True)
        CHECKS.extend([endurance.take_pictures, report.take_pictures])
    only = os.environ.get("ONLY", "")
    CHECKS[:] = [function for function in CHECKS if only in (function.__doc__ or "")]
    failed = 0
    for function in CHECKS:
        try:
            function(binary, pictures)
            print(f"ok      {function.__doc__}", flush=True)
        except Exception as error:
            failed += 1
            reason = str(error).strip().splitlines() or [type(error).__name__]
            print(f"FAILED  {function.__doc__}: {reason[0]}", flush=True)
            traceback.print_exc(file=sys.stderr)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
