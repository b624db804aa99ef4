"""What a browser calls itself, in words by which its owner knows it again. Pure."""

# The first that is found names it: later ones claim to be earlier ones, too.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """Return such as "Chrome, Android" from the User-Agent header; empty where it names neither."""
    found = (
        next((name for sign, name in known if sign in user_agent), None) for known in (BROWSERS, SYSTEMS)
    )
    return ", ".join(name for name in found if name)
