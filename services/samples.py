"""The sample reports that ship with the product, and how they are loaded like any upload."""

from dataclasses import dataclass
from pathlib import Path

from services.domain.users import User
from services.intake import Accepted, Intake

_SUFFIXES = frozenset({".pdf", ".xlsx"})


@dataclass(frozen=True, slots=True)
class SampleShelf:
    """Sample files in one folder, offered to people who want to look before they upload their own."""

    folder: Path
    intake: Intake

    def paths(self) -> list[Path]:
        """Return the sample files by name; empty when none ship."""
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.suffix in _SUFFIXES)

    def names(self) -> list[str]:
        """Return the names of the sample files."""
        return [path.name for path in self.paths()]

    def load(self, actor: User) -> list[Accepted]:
        """Accept every sample; one that is there already comes back as a duplicate. Raises as accept does."""
        return [self.intake.accept(path.name, path.read_bytes(), actor) for path in self.paths()]
