"""Which kernel a submission gets: in a sandbox, unless somebody said otherwise."""

from autograde.errors import CourseError
from autograde.grading import bubblewrap, containers
from autograde.grading.kernels import PlainKernel

#: "required": refuse where there is none; "auto": use one where there is one (for code of our own); "none".
WAYS = ("required", "auto", "none")


def kernel_class(way: str) -> type[PlainKernel]:
    """The kernel for one of WAYS: in bubblewrap, Podman or Docker, the first that works here.

    ``where`` of what is returned says which that is. Raises CourseError where a sandbox is required and there is none.
    """
    if way == "none":
        return PlainKernel
    reason = bubblewrap.missing()
    if not reason:
        return bubblewrap.BubblewrapKernel
    reasons = [reason]
    for kind in (containers.PodmanKernel, containers.DockerKernel):
        reason = containers.missing(kind)
        if not reason:
            return kind
        reasons.append(reason)
    if way == "auto":
        return PlainKernel
    raise CourseError(
        f"There is no sandbox: {' '.join(reasons)} Submissions could read the gradebook and each other, so they are "
        "not run. To run them all the same: --no-sandbox (plain nbgrader: --LimitedExecute.sandbox=none)."
    )
