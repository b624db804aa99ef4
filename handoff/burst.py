"""A burst: the alerts of one person within two minutes, of which a few pass and the rest become one. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LENGTH = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Burst:
    """How many alerts passed since `began_at`, and how many wait for the digest at `digest_at`."""

    began_at: datetime
    passed: int = 0
    held: int = 0
    digest_at: datetime | None = None


def count(burst: Burst | None, now: datetime, most: int) -> tuple[Burst, bool]:
    """Count one more alert, and say whether it goes out singly.

    A digest that still waits, since it is quiet, keeps no later burst from passing. A burst that began
    in the future began before the clock was set back, and is over.
    """
    if burst is None:
        return Burst(now, passed=1), True
    if not timedelta(0) <= now - burst.began_at < LENGTH:
        soonest = (
            min(burst.digest_at, now + LENGTH)
            if burst.digest_at and burst.began_at > now
            else burst.digest_at
        )
        burst = replace(burst, began_at=now, passed=0, digest_at=soonest)
    if burst.passed < most:
        return Burst(burst.began_at, burst.passed + 1, burst.held, burst.digest_at), True
    digest_at = burst.digest_at or burst.began_at + LENGTH
    return Burst(burst.began_at, burst.passed, burst.held + 1, digest_at), False
