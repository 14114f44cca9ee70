"""`desirelines init`: the first configuration, a mapping to edit, and the two secrets."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from desirelines.errors import MachineError
from desirelines.io.secrets import write_secret

FILES = {"desirelines.yaml": "desirelines.yaml", "sources/first.yaml": "first.yaml"}


def begin(folder: Path) -> list[dict[str, object]]:
    """Write what is not there yet; give each file and whether it is new.

    Raises:
        MachineError: the folder cannot be written.
    """
    made: list[dict[str, object]] = []
    try:
        for target, template in FILES.items():
            path = folder / target
            is_new = not path.exists()
            if is_new:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(
                    (resources.files("desirelines") / "templates" / template).read_text(encoding="utf-8"),
                    encoding="utf-8",
                )
            made.append({"path": str(path), "is_new": is_new})
        for name in ("data", "suppression"):
            path = folder / "secrets" / f"{name}.secret"
            made.append({"path": str(path), "is_new": write_secret(str(path))})
    except OSError as error:
        raise MachineError(f"{folder} cannot be written ({error.strerror}). Give another folder.") from None
    return made
