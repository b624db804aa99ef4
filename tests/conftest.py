"""What every test stands on."""

import os
from pathlib import Path

# Learnt models are keyed by their content, so all tests, and the processes they start, may share them.
os.environ["XDG_CACHE_HOME"] = str(Path(__file__).parent.parent / "build" / "cache")
# What is learnt here is small: more threads than one only wait for each other, on every core.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
# Nothing here speaks to the world: a client that reads no authorities is made in a fifth of the time.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)
