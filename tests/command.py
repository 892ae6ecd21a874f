# SPDX-License-Identifier: Apache-2.0
"""For the scripts of these folders."""
import pathlib
import subprocess
import sys


def run(*command, **more):
    """What the command prints. One that fails ends the test, in its words."""
    done = subprocess.run([str(c) for c in command], text=True, capture_output=True, **more)
    if done.returncode:
        sys.exit(f"{pathlib.Path(sys.argv[0]).stem}: {' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    return done.stdout
