"""What every test stands on."""

import os
from pathlib import Path

# Learnt models are keyed by their content, so all tests, and the processes they start, may share them.
os.environ["XDG_CACHE_HOME"] = str(Path(__file__).parent.parent / "build" / "cache")
