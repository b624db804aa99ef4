"""A saying: a sentence with its values apart, so that it can be said in the reader's language. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence, or a part of one, as an English `template` with named places, which is also its key.

    A value may be a saying or a term itself. As a string it is the English text.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        return self.template.format(**self.values)


@dataclass(frozen=True, slots=True)
class Term:
    """A name of ours that languages have words for; its `kind` tells the act "crisis" from the category."""

    kind: str
    name: str

    def __str__(self) -> str:
        return self.name


class UnclearError(ValueError):
    """What somebody typed cannot be read; `saying` tells why, and what is allowed."""

    def __init__(self, template: str, /, **values: object) -> None:
        self.saying = Saying(template, values)
        super().__init__(str(self.saying))
