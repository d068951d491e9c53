"""Where things lie in a course: sources, release, submissions, gradebook."""

from dataclasses import dataclass
from pathlib import Path

from autograde.errors import CourseError
from autograde.names import printable, unusable


@dataclass(frozen=True)
class Course:
    """The folders of one course.

    ``root`` is nbgrader's course directory; the sources lie in ``root/solutions`` and the student release in
    ``root/notebooks``. What grading makes lies under ``root/<work>`` ("autograde" in the repository, nothing
    in a demo, so that people find it).
    """

    root: Path
    work: str = "autograde"

    @classmethod
    def here(cls) -> "Course":
        """The course of this repository, wherever the command was started.

        Raises CourseError where the package was installed without its repository.
        """
        root = Path(__file__).resolve().parent.parent
        if not (root / "nbgrader_config.py").exists():
            raise CourseError(
                f"{root} is not a checkout of the course (nbgrader_config.py is missing there): "
                "install with 'pip install -e .' from a clone of the repository."
            )
        return cls(root)

    def step(self, name: str) -> str:
        """The name nbgrader gives a step's folder, relative to the root, always with forward slashes."""
        return f"{self.work}/{name}" if self.work else name

    def folder(self, name: str) -> Path:
        """A folder for what grading makes: "submitted", "autograded", "feedback" and others."""
        return self.root / self.step(name)

    @property
    def sources(self) -> Path:
        """The instructor's notebooks, one folder per assignment."""
        return self.root / "solutions"

    @property
    def release(self) -> Path:
        """What students get, one folder per assignment."""
        return self.root / "notebooks"

    @property
    def database(self) -> Path:
        """The gradebook's file."""
        return self.folder("gradebook.db")

    @property
    def db_url(self) -> str:
        """The gradebook as SQLAlchemy wants it (an absolute path)."""
        return f"sqlite:///{self.database.resolve().as_posix()}"

    @property
    def secret(self) -> Path:
        """The file that keeps the course's secret seed."""
        return self.folder(".secret")

    def assignments(self) -> list[str]:
        """Names of the assignments that have a source notebook, in order."""
        found = {f.parent.name for kind in ("py", "ipynb") for f in self.sources.glob(f"*/*.{kind}")}
        return sorted(found)

    def submissions(self, assignment: str) -> list[str]:
        """The students who handed in a folder for this assignment, in order; see ``left_out``."""
        return [name for name in self._folders(assignment) if not unusable(name)]

    def left_out(self, assignment: str) -> list[str]:
        """A sentence about each folder of a submission that stands for no student, because of its name."""
        return [
            f"{self.step('submitted')}/{printable(name)} is left out: its name is not one line of text in UTF-8; "
            "rename the folder to the student's id."
            for name in self._folders(assignment)
            if unusable(name)
        ]

    def _folders(self, assignment: str) -> list[str]:
        return sorted(p.parent.name for p in self.folder("submitted").glob(f"*/{assignment}") if p.is_dir())

    def require(self, assignment: str) -> str:
        """The assignment itself, or CourseError naming those that exist."""
        known = self.assignments()
        if assignment not in known:
            listed = ", ".join(known) if known else f"none, {self.sources} holds no source notebook"
            raise CourseError(f"There is no assignment {assignment!r}; there are: {listed}.")
        return assignment
