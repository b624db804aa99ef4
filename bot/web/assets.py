"""The static files of the pages, at an address that changes with them, so that browsers keep them."""

from hashlib import sha256
from pathlib import Path

STATIC = Path(__file__).parent / "static"


def _version(folder: Path) -> str:
    """Return a short name for what the files hold now."""
    digest = sha256()
    for file in sorted(folder.iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


ADDRESS = f"/static/{_version(STATIC)}"


def caching(path: str) -> str:
    """Return how long the answer at a path may be kept: static files for good, any other not at all.

    A page that was opened before an upgrade asks under the old address. It gets the new file, which is not
    kept under that name.
    """
    if path.startswith(f"{ADDRESS}/"):
        return "public, max-age=31536000, immutable"
    return "no-cache" if path.startswith("/static/") else "no-store"
