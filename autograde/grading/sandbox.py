"""Which kernel a submission gets: in a sandbox, unless somebody said otherwise."""

from autograde.errors import CourseError
from autograde.grading import bubblewrap
from autograde.grading.kernels import PlainKernel

#: "required": refuse where there is none; "auto": use one where there is one (for code of our own); "none".
WAYS = ("required", "auto", "none")


def kernel_class(way: str) -> type[PlainKernel]:
    """The kernel for one of WAYS. Raises CourseError where a sandbox is required and there is none."""
    if way == "none":
        return PlainKernel
    reason = bubblewrap.missing()
    if not reason:
        return bubblewrap.BubblewrapKernel
    if way == "auto":
        return PlainKernel
    raise CourseError(
        f"There is no sandbox: {reason} Submissions could read the gradebook and each other, so they are not run. "
        "To run them all the same: --no-sandbox (plain nbgrader: --LimitedExecute.sandbox=none)."
    )
