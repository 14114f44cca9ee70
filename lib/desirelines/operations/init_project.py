"""`desirelines init`: a first configuration, a mapping to edit, and the two secrets."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from desirelines.errors import MachineError
from desirelines.io.secrets import write_secret


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """A file of a project, and whether this command wrote it."""

    path: str
    is_new: bool


def begin(folder: Path, mapping: tuple[str, str] = ("first", "")) -> tuple[ProjectFile, ...]:
    """Write the configuration, a mapping and the secrets, where they do not exist yet.

    `mapping` is a name and a text; without a text, the mapping is one to fill in.

    Raises:
        MachineError: the folder cannot be written.
    """
    name, text = mapping
    files = {
        "desirelines.yaml": _template("desirelines.yaml").replace(
            "sources/first.yaml", f"sources/{name}.yaml"
        ),
        f"sources/{name}.yaml": text or _template("first.yaml"),
    }
    project: list[ProjectFile] = []
    try:
        for target, content in files.items():
            path = folder / target
            is_new = not path.exists()
            if is_new:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
            project.append(ProjectFile(str(path), is_new))
        for name in ("data", "suppression"):
            path = folder / "secrets" / f"{name}.secret"
            project.append(ProjectFile(str(path), write_secret(str(path))))
    except OSError as error:
        raise MachineError(
            f"{folder} cannot be written ({error.strerror}). Give another folder."
        ) from None
    return tuple(project)


def _template(name: str) -> str:
    return (resources.files("desirelines") / "templates" / name).read_text(encoding="utf-8")
