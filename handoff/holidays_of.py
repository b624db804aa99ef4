"""A country's public holidays as plain dates, with Indonesia's cuti bersama."""

from collections.abc import Iterable
from datetime import date

import holidays

JOINT_LEAVE = {"ID": "government"}


def holidays_of(country: str, years: Iterable[int]) -> frozenset[date]:
    """Return the country's days off in those years; ValueError for a country nobody knows.

    `country` is an ISO 3166 code of two letters. In Indonesia offices also close on the joint leave
    (cuti bersama) that a decree adds each year. Days that follow the moon are estimates for the
    years that are not decreed yet, so a newer release of the library may move them.
    """
    known = holidays.list_supported_countries(include_aliases=False)
    if len(country) != 2 or country not in known:
        raise ValueError(
            f'"{country}" is no country whose holidays are known; allowed is a code of two capital '
            'letters as in ISO 3166, such as "ID"'
        )
    categories = ("public", JOINT_LEAVE[country]) if country in JOINT_LEAVE else ("public",)
    return frozenset(holidays.country_holidays(country, years=years, categories=categories))
