"""What the notebooks handed in are called, where that is not what they must be called."""

from pathlib import Path


def misnamed(folder: Path, wanted: list[str]) -> str:
    """Why the folder of a submission holds none of the ``wanted`` files, or "" where it holds one.

    A browser's "easy (1).ipynb" is named with what to do; nothing is guessed, for it may be an older version.
    """
    if any((folder / name).exists() for name in wanted):
        return ""
    listed = ", ".join(wanted)
    found = sorted(file.name for file in folder.glob("*.ipynb"))
    if not found:
        return f"the folder handed in holds none of {listed}"
    verb, them = ("is", "it") if len(found) == 1 else ("are", "them")
    return f"found {', '.join(found)}, which {verb} not one of {listed}: rename {them}"
