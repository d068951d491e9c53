# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Synchronous SGD, your own framework
#
# Here you build it yourself, from an empty cell: a function `train` that trains any network with synchronous SGD on
# several processes.
#
# ```
#                ┌──► worker 0: examples 3, 8, 1 ──┐
#    master: w ──┼──► worker 1: examples 7, 0, 4 ──┼──► master: all
#        ▲       └──► worker 2: examples 2, 9    ──┘    gradients added,
#        │                                              divided by 8:
#        │                                              one step of w
#        └────────────────────── repeat ──────────────────────┘
# ```
#
# How you do it is up to you: functions or classes, `map` or messages of your own. The checks look at behaviour only.
# They hand `train` a gradient of their own that notes which process computed what, and when.
#
# There are 20 points: 17 from the checks, 3 from a few sentences at the end. The notebook *easy* leads through the
# same in small steps; if you do both, the better one counts.

# %% nbgrader={"grade_id": "setup", "locked": true}
import time

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display

from sgdkit import Pool, digits
from sgdkit.checks import check, once_written
from sgdkit.look import contour
from sgdkit.models import ann

plt.rcParams["figure.figsize"] = (6, 3)

# %% [markdown]
# ## Processes in a notebook
#
# `Pool` from sgdkit is used like `multiprocessing.Pool`. In a notebook the original waits for ever on macOS and
# Windows, where new processes cannot see functions defined in a cell, and on Linux it may use old versions of them.
# This one sends your functions along as they are now. If you build on `multiprocessing.Process` or `Pipe` instead, the
# same trouble is yours to solve.

# %% [markdown]
# ## The contract
#
# ```python
# def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
# ```
#
# - `gradient(w, X, Y)` is handed to you. It returns the **sum** of the examples' gradients, shape (size,), without
#   penalty. `w` is one flat vector (size,), `X` is (N, inputs), `Y` is (N, outputs), one example a row.
# - **Return** the final w, (size,). Leave `w`, `X` and `Y` as they were.
# - **Objective**: J(w) = Σ ℓ + λ/2 ‖w‖², with a single penalty; training minimises J / N. A step on a mini-batch B is
#
# $$g = \frac{1}{|B|} \sum_{i \in B} \nabla \ell_i + \frac{\lambda}{N} w \qquad\qquad w \leftarrow w - lr \cdot g$$
#
# - **Mini-batches**: `batch_size` is the number of examples in a step, of all workers together. Each epoch shuffles all
#   N examples anew and cuts them into consecutive mini-batches. The last one is shorter where N is not divisible; it is
#   used, and |B| is its true length. `seed` alone decides the order: the same seed, the same run.
# - **Workers**: `workers` processes, started once, not for every step. In each step all of them compute at the same
#   time, each on its own part of the mini-batch, all at the same w; then w moves once. Parts may be uneven, and there
#   may be fewer examples than workers.
# - **Faults**: an exception in a worker reaches the caller of `train`. However it ends, no process is left behind.
#
# So the result is that of one process, whatever the number of workers. That is all that *synchronous* means.

# %% [markdown]
# ## Your framework
#
# Begin small: a loop with one process, no pool. The check *update* with one worker already tells you whether the steps
# are right. Then let the pool compute.
#
# <details><summary>Hint: the weights of uneven parts</summary>
#
# Let a worker send back the sum, not the mean. Sums of any parts can be added, and you divide once.
#
# </details>
#
# <details><summary>Hint: more than one argument for a worker</summary>
#
# `pool.map` hands over one thing: make it a tuple, `(gradient, w, X_part, Y_part)`. `pool.starmap` unpacks it.
#
# </details>
#
# <details><summary>Hint: it works but is slow</summary>
#
# Look at what travels in every step. The examples never change: `Pool(..., initializer=..., initargs=...)` can give
# every worker all of them once, and a task is then w and some indices.
#
# </details>


# %% nbgrader={"grade_id": "train", "solution": true}
### BEGIN SOLUTION
def shard_gradient(task):
    """One worker's part of a step: gradient, w and its examples in; the sum out."""
    gradient, w, X, Y = task
    return gradient(w, X, Y)


def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    """Synchronous SGD as in the contract above; returns the final w."""
    rng = np.random.default_rng(seed)
    with Pool(workers) as pool:
        for _epoch in range(epochs):
            order = rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                batch = order[start : start + batch_size]
                shards = [shard for shard in np.array_split(batch, workers) if len(shard)]
                tasks = [(gradient, w, X[shard], Y[shard]) for shard in shards]
                sums = pool.map(shard_gradient, tasks)
                w = w - lr * (sum(sums) / len(batch) + lam / len(X) * w)
    return w


### END SOLUTION

# %% [markdown]
# ## Each step is right (6 points)
#
# With 1, 2 and 3 workers, with even and with ragged mini-batches, each step must move w as a single process with the
# whole mini-batch would. If only the steps with even mini-batches are right, that is 3 of the 6 points.

# %% nbgrader={"grade": true, "grade_id": "check-update", "locked": true, "points": 6}
check("2-syncsgd/hard/update")

# %% [markdown]
# ## Every example once an epoch (4 points)
#
# None lost, none twice, a new order in every epoch, and the seed decides it.

# %% nbgrader={"grade": true, "grade_id": "check-batches", "locked": true, "points": 4}
check("2-syncsgd/hard/batches")

# %% [markdown]
# ## Really parallel (3 points)
#
# The check's gradient waits until all workers are computing at once. If they never are, it gives up after a few seconds
# and says so. Workers that compute at once, but are started anew for every step, get half of the points.

# %% nbgrader={"grade": true, "grade_id": "check-parallel", "locked": true, "points": 3}
check("2-syncsgd/hard/parallel")

# %% [markdown]
# ## When something breaks (2 points)
#
# One of the examples cannot be read, so that the gradient raises an exception in a worker. You should get it, soon, and
# no process should be left. (If this check takes 45 seconds, your master waits for a worker that will never answer.)

# %% nbgrader={"grade": true, "grade_id": "check-faults", "locked": true, "points": 2}
check("2-syncsgd/hard/faults")

# %% [markdown]
# ## The real thing: handwritten digits
#
# 1,437 images of 28 × 28 pixels to learn from, 360 others to test with. The network is the one of the slides, with 784
# inputs, a hidden layer and 10 outputs; its loss is half the squared error. It comes with the kit, this once: what you
# wrote is the training.

# %% nbgrader={"grade_id": "digits", "locked": true}
images = digits()


def start(hidden):
    """Random parameters to start with, always the same: (795 * hidden,)."""
    return 0.1 * np.random.default_rng(0).standard_normal(795 * hidden)


def objective_per_example(network, w, lam):
    """J / N on the training images."""
    data = images.train
    return (network.loss(w, data.X, data.Y) + lam / 2 * np.sum(w**2)) / len(data)


print(f"{len(images.train)} images to learn from, {len(images.test)} to test with")
for k, axes in enumerate(plt.subplots(1, 8, figsize=(8, 1.2))[1]):
    axes.imshow(images.train.X[k].reshape(28, 28), cmap="gray_r")
    axes.set_title(images.train.labels[k])
    axes.axis("off")
plt.show()

# %% [markdown]
# ## Train it
#
# This cell is yours: change the settings and run it again, as often as you like, and find good ones. What does a
# mini-batch of 8 do, and one of 1,437? When does a larger learning rate help, when does it explode? What do more
# workers change: the loss? the time?
#
# At most 2,000 steps (epochs times mini-batches) can be reported, and 10 to 50 hidden nodes.

# %%
settings = {"workers": 2, "batch_size": 64, "lr": 0.1, "lam": 0.1, "epochs": 10, "seed": 0}
network = ann(hidden=10)

with once_written("train"):
    began = time.perf_counter()
    w = train(network.gradient, start(10), images.train.X, images.train.Y, **settings)
    seconds = time.perf_counter() - began

    final_loss = objective_per_example(network, w, settings["lam"])
    final_accuracy = network.accuracy(w, images.test.X, images.test.Y)
    print(f"{seconds:.2f} seconds, J / N = {final_loss:.4f}, {final_accuracy:.1%} of the test images recognised")

# %% [markdown]
# ## Where did it go?
#
# The loss contour: a map of J / N around the end of the run, on the plane that lies nearest to its path. Dark is low.
# `train` returns the end only. So here it goes on for one epoch at a time, shuffled by another seed each time: not
# quite the run above, but one like it, with a point after every epoch.

# %% nbgrader={"grade_id": "contour-picture", "locked": true}
path = [start(10)]
with once_written("train"):
    for epoch in range(settings["epochs"]):
        one = {**settings, "epochs": 1, "seed": epoch}
        path.append(train(network.gradient, path[-1], images.train.X, images.train.Y, **one))

    display(contour(network, images.train, {"": np.array(path)}, lam=settings["lam"]))

# %% [markdown]
# ## Report (2 points)
#
# Fill in your best run: make a dict and call it `report`. Type the numbers, the results with four digits, or use the
# names of the cells above. When it is graded, your code is run again with these settings, from `start(hidden)`, and
# must give the same loss and accuracy. (The time may differ: computers do.) For full points at least 85 % of the test
# images must be recognised; a true report of a run below that gets 1 point.
#
# The dict needs these keys:
#
# | key | what |
# |---|---|
# | `"workers"`, `"batch_size"`, `"lr"`, `"lam"`, `"epochs"`, `"seed"` | the settings of the run |
# | `"hidden"` | the number of hidden nodes |
# | `"seconds"` | how long training took |
# | `"loss"` | J / N on the training images after training |
# | `"accuracy"` | the part of the test images recognised, from 0 to 1 |

# %% nbgrader={"grade_id": "report", "solution": true}
report = ...  # instead of the dots a dict with the keys of the table: {"workers": 2, …}
### BEGIN SOLUTION
report = {
    **settings,
    "hidden": 10,
    "seconds": seconds,
    "loss": final_loss,
    "accuracy": final_accuracy,
}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-report", "locked": true, "points": 2}
check("2-syncsgd/hard/report")

# %% [markdown]
# ## In your own words (3 points)
#
# Write a few sentences; a person reads them.
#
# 1. Which settings did you try, and which gave the best result? What does the contour show of that run?
# 2. How is your framework built, and why is its result that of one process, although the parts may be uneven?
# 3. Did more workers make training faster here? Explain what you measured. (What has to travel to a worker in every
#    step, and how long does the worker compute?)

# %% [markdown] nbgrader={"grade": true, "grade_id": "answer", "points": 3, "solution": true}
# ### BEGIN SOLUTION
# One point each.
#
# 1. Names several settings with their results, and reads the contour: the steep way down first, then along the valley;
#    or zigzags from a large learning rate.
# 2. Says who computes what and who waits for whom. Sums are added and divided by the number of all examples, so it does
#    not matter how the mini-batch was cut; the penalty is added once.
# 3. An honest measurement with its reason: every step sends data through pipes and waits for all, about a millisecond,
#    while the gradient of a small mini-batch takes a fraction of that. Better: the examples are sent once.
# ### END SOLUTION
