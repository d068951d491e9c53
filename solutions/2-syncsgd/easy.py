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
# # Synchronous SGD, piece by piece
#
# Training a network means: compute a gradient, take a small step, repeat, many thousand times. **Synchronous SGD**
# lets several processes compute one gradient together. It gives the same numbers as a single process, only the work
# is shared:
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
# You write it in seven small functions, in the order of the lecture. In the end your own code trains a network that
# reads handwritten digits.
#
# **How it goes.** Fill in a cell, run it, then run the check below it. A check says at once whether it is right and,
# if not, which mistake it is. Nothing is lost by a wrong try: a check can be run as often as you like. Each function
# has a hint, folded in. There are 20 points: 17 from the checks, 3 from a few sentences at the end.
#
# There is also a notebook *hard*, in which you build it all yourself. Do one of the two; if you do both, the better
# one counts.

# %% nbgrader={"grade_id": "setup", "locked": true}
import time

import matplotlib.pyplot as plt
import numpy as np

from sgdkit import Pool, digits
from sgdkit.checks import check, once_written

plt.rcParams["figure.figsize"] = (6, 3)

# %% [markdown]
# ## The first network: a parabola
#
# 50 points of y = x². A network is to find the curve, from the points alone. It is small enough to be drawn, and
# everything that you write for it will work for the digits as it is.

# %% nbgrader={"grade_id": "parabola", "locked": true}
X = np.linspace(-2, 2, 50)[:, None]  # (50, 1): one example a row, one column for each input
Y = X**2  # (50, 1): one column for each output

plt.plot(X, Y, "o")
plt.xlabel("x")
plt.ylabel("y")
plt.show()

# %% [markdown]
# ## All parameters in one vector w
#
# The network has one hidden layer of `HIDDEN` = 10 nodes. Each node adds up its inputs with its own weights, adds its
# bias, and bends the sum with tanh. The output adds up the nodes.
#
# ```
#  x ──► W1, b ──► tanh ──► W2 ──► prediction        prediction = tanh(X W1 + b) W2
# ```
#
# All its parameters lie in **one flat vector** `w`: first W1, then b, then W2. That makes everything later easy: a
# step of training is one line, and what is sent to a worker is one array. `parts(w, X)` finds the three parts again;
# it is given.

# %% nbgrader={"grade_id": "parts", "locked": true}
HIDDEN = 10


def parts(w, X):
    """The three parts of w: W1 (inputs, HIDDEN), b (HIDDEN,), W2 (HIDDEN, outputs). X tells how many inputs."""
    first = X.shape[1] * HIDDEN
    return w[:first].reshape(-1, HIDDEN), w[first : first + HIDDEN], w[first + HIDDEN :].reshape(HIDDEN, -1)


def first_weights(inputs, outputs):
    """Random numbers to start with, always the same: (HIDDEN * (inputs + 1 + outputs),)."""
    return np.random.default_rng(0).standard_normal(HIDDEN * (inputs + 1 + outputs))


w = first_weights(1, 1)
for name, part in zip(("W1", "b", "W2"), parts(w, X), strict=True):
    print(f"{name}: shape {part.shape}")
print(f"w:  shape {w.shape}")

# %% [markdown]
# ## 1. `predict` (1 point)
#
# What does the network answer for each example?
#
# **You will know that it works** when the check says so and a wavy line appears below it: the network before training.
#
# <details><summary>Hint</summary>
#
# `parts(w, X)` gives you the three arrays. `A @ B` is the product of two matrices. Adding `b`, of shape (HIDDEN,), to
# an array of shape (n, HIDDEN) adds it to every row. No loop is needed.
#
# </details>


# %% nbgrader={"grade_id": "predict", "solution": true}
def predict(w, X):
    """What the network answers: tanh(X W1 + b) W2.

    w: (size,) parameters; X: (n, inputs), one example a row.
    Returns (n, outputs), one prediction a row.
    """
    ### BEGIN SOLUTION
    W1, b, W2 = parts(w, X)
    return np.tanh(X @ W1 + b) @ W2
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-predict", "locked": true, "points": 1}
check("2-syncsgd/easy/predict")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "predict-picture", "locked": true}
with once_written("predict"):
    plt.plot(X, Y, "o", label="the points")
    plt.plot(X, predict(w, X), label="the network, not yet trained")
    plt.legend()
    plt.show()

# %% [markdown]
# ## 2. `loss` (1 point)
#
# How wrong is it? One number says so:
#
# $$J(w) = \frac12 \sum_i \lVert y_i - \hat y_i \rVert^2 + \frac{\lambda}{2} \lVert w \rVert^2$$
#
# The first part is a **sum** over the examples, not a mean. The second, the penalty, keeps the weights small: it is
# there **once**, however many examples there are, and it is over all of w, biases included. In the code λ is called
# `lam`, because `lambda` means something else in Python.
#
# **You will know that it works** when the picture below shows J as a curve: w is moved along one direction, and J
# rises and falls.
#
# <details><summary>Hint</summary>
#
# `predict(w, X) - Y` are the errors, one row an example. Square them, and let `np.sum` add up everything, over rows and
# columns. ‖w‖² is the sum of the squares of all numbers in w.
#
# </details>


# %% nbgrader={"grade_id": "loss", "solution": true}
def loss(w, X, Y, lam):
    """J(w) on these examples: half the SUM of the squared errors, plus lam / 2 times the sum of w squared.

    w: (size,); X: (n, inputs); Y: (n, outputs); lam: a number, 0 or more.
    Returns one number.
    """
    ### BEGIN SOLUTION
    errors = predict(w, X) - Y
    return 0.5 * np.sum(errors**2) + lam / 2 * np.sum(w**2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-loss", "locked": true, "points": 1}
check("2-syncsgd/easy/loss")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "loss-picture", "locked": true}
direction = np.random.default_rng(1).standard_normal(w.size)
steps = np.linspace(-1, 1, 81)
with once_written("predict", "loss"):
    plt.plot(steps, [loss(w + s * direction, X, Y, 1.0) for s in steps])
    plt.axvline(0, color="gray", linestyle=":")
    plt.xlabel("w moved along one direction (0: where we are)")
    plt.ylabel("J")
    plt.show()

# %% [markdown]
# ## 3. `gradient` (3 points)
#
# Which way is down? The gradient has one number for every entry of w: how much J rises when that entry rises a little.
# Training goes the other way.
#
# Going backwards through the network, one arrow after the other (n examples, `hidden` are the values after tanh):
#
# | | what | shape |
# |---|---|---|
# | 1 | the errors: prediction minus target | (n, outputs) |
# | 2 | slopes of W2: every hidden value times every error, added up over the examples | (HIDDEN, outputs) |
# | 3 | the errors sent back through W2, each times the slope of tanh there, which is 1 − hidden² | (n, HIDDEN) |
# | 4 | slopes of b: what came back, added up over the examples | (HIDDEN,) |
# | 5 | slopes of W1: every input times what came back, added up over the examples | (inputs, HIDDEN) |
#
# Then all three in one vector, in the order of w (W1, b, W2), and the slope of the penalty, λw, added to all of it.
#
# It is the gradient of J as J stands: a **sum** over the examples. Do not divide by their number here. You will see
# why: sums from different workers can simply be added.
#
# **You will know that it works** when the straight line below touches the curve.
#
# <details><summary>Hint: matrix products that add up over the examples</summary>
#
# For an array A of shape (n, p) and B of shape (n, q), `A.T @ B` has shape (p, q): each product is added up over the n
# rows. Rows 2 and 5 of the table are of this kind. Sending errors back through W2 is a product with `W2.T`.
#
# </details>
#
# <details><summary>Hint: one vector out of three arrays</summary>
#
# `np.concatenate([a.ravel(), b.ravel(), …])` lays arrays of any shape one after the other.
#
# </details>


# %% nbgrader={"grade_id": "gradient", "solution": true}
def gradient(w, X, Y, lam):
    """The gradient of J at w, that is of `loss`: the SUM over the examples, plus lam * w.

    w: (size,); X: (n, inputs); Y: (n, outputs); lam: a number, 0 or more.
    Returns (size,), in the order of w: the slopes of W1, of b, of W2.
    """
    ### BEGIN SOLUTION
    W1, b, W2 = parts(w, X)
    hidden = np.tanh(X @ W1 + b)
    errors = hidden @ W2 - Y
    back = (errors @ W2.T) * (1 - hidden**2)
    slopes = (X.T @ back, back.sum(axis=0), hidden.T @ errors)
    return np.concatenate([slope.ravel() for slope in slopes]) + lam * w
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-gradient", "locked": true, "points": 3}
check("2-syncsgd/easy/gradient")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "gradient-picture", "locked": true}
with once_written("predict", "loss", "gradient"):
    slope = gradient(w, X, Y, 1.0) @ direction
    curve = [loss(w + s * direction, X, Y, 1.0) for s in steps]
    plt.plot(steps, curve, label="J")
    plt.plot(steps, loss(w, X, Y, 1.0) + steps * slope, "--", label="what your gradient says")
    plt.ylim(0, 1.1 * max(curve))
    plt.xlabel("w moved along one direction (0: where we are)")
    plt.legend()
    plt.show()

# %% [markdown]
# ## 4. `split_batch` (2 points)
#
# Now the work is shared. A mini-batch is a list of indices: which examples are used in this step. Each worker gets its
# part of them, its **shard**.
#
# Nothing may be lost, nothing may be there twice, and no worker should get more than one example more than another:
# all wait for the slowest. 10 examples for 4 workers: 3, 3, 2, 2. (If nothing is lost and nothing there twice, but the
# sizes are further apart, that is 1 of the 2 points.)
#
# **You will know that it works** when below every example has exactly one colour.
#
# <details><summary>Hint</summary>
#
# numpy has a function that cuts an array into a given number of nearly equal pieces, also where it does not come out
# even: look at the functions whose names begin with `np.array_`. Or take every `workers`-th index, beginning with the
# first for worker 0, with the second for worker 1, and so on.
#
# </details>


# %% nbgrader={"grade_id": "split_batch", "solution": true}
def split_batch(indices, workers):
    """Cuts a mini-batch into one shard for every worker.

    indices: (n,) int array; workers: how many shards, 1 or more.
    Returns a list of `workers` int arrays that together hold every index once, in any order; their sizes differ by
    1 at most. With fewer indices than workers, empty shards may be left out.
    """
    ### BEGIN SOLUTION
    return np.array_split(indices, workers)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-split_batch", "locked": true, "points": 2}
check("2-syncsgd/easy/split_batch")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "split-picture", "locked": true}
batch = np.random.default_rng(2).permutation(50)[:22]
with once_written("split_batch"):
    for worker, shard in enumerate(split_batch(batch, 4)):
        plt.scatter(X[shard], Y[shard], marker="os^D"[worker], label=f"worker {worker}: {len(shard)} examples")
    plt.title("a mini-batch of 22 examples, split over 4 workers")
    plt.legend()
    plt.show()

# %% [markdown]
# ## 5. `worker_gradient` (2 points)
#
# What a worker does. It gets one **task**, which holds all it needs, the parameters and the examples of its shard, and
# sends back a pair: the **sum** of its examples' gradients, and **how many** examples that were.
#
# Without the penalty: J has only one penalty, so only the master adds it. (If each of 4 workers added λw, it would be
# four times too strong.)
#
# **You will know that it works** when below the sums of two workers, added, are the gradient of the whole.
#
# <details><summary>Hint</summary>
#
# Your `gradient` already gives a sum. What must `lam` be so that there is no penalty in it?
#
# </details>


# %% nbgrader={"grade_id": "worker_gradient", "solution": true}
def worker_gradient(task):
    """What one worker computes.

    task: a tuple (w, X, Y) of the parameters (size,) and the examples of the shard, X (n, inputs), Y (n, outputs).
    Returns a pair (g, n): the SUM of the n examples' gradients without penalty, (size,), and the number n.
    """
    ### BEGIN SOLUTION
    w, X, Y = task
    return gradient(w, X, Y, 0.0), len(X)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-worker_gradient", "locked": true, "points": 2}
check("2-syncsgd/easy/worker_gradient")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "worker-number", "locked": true}
with once_written("gradient", "worker_gradient"):
    one, two = worker_gradient((w, X[:30], Y[:30])), worker_gradient((w, X[30:], Y[30:]))
    whole = worker_gradient((w, X, Y))
    print(f"worker 0: {one[1]} examples, first slope {one[0][0]:9.4f}")
    print(f"worker 1: {two[1]} examples, first slope {two[0][0]:9.4f}")
    print(f"added:    {one[1] + two[1]} examples, first slope {one[0][0] + two[0][0]:9.4f}")
    print(f"one alone:{whole[1]:3} examples, first slope {whole[0][0]:9.4f}")

# %% [markdown]
# ## 6. `average_gradients` (2 points)
#
# The master has waited for all workers and now makes one gradient out of their results: the **mean over the examples**
# of the mini-batch. Mind that shards need not be equally long. Somebody who answered for 2 examples must not count as
# much as somebody who answered for 5.
#
# **You will know that it works** when below the result does not depend on the split.
#
# <details><summary>Hint</summary>
#
# The workers have sent sums. Add them all up; add up the numbers as well; divide once.
#
# </details>


# %% nbgrader={"grade_id": "average_gradients", "solution": true}
def average_gradients(results):
    """The mean gradient of the mini-batch.

    results: a list of pairs (g, n) as `worker_gradient` returns them: sums (size,) and numbers of examples. A shard
        may be empty: then g is zeros and n is 0.
    Returns (size,): the mean over ALL examples, without penalty.
    """
    ### BEGIN SOLUTION
    examples = sum(n for g, n in results)
    return sum(g for g, n in results) / examples
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-average_gradients", "locked": true, "points": 2}
check("2-syncsgd/easy/average_gradients")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "average-number", "locked": true}
with once_written("gradient", "worker_gradient", "average_gradients"):
    for cuts in ([], [6], [5, 10], [1, 2, 3]):
        shards = np.split(np.arange(12), cuts)
        mean = average_gradients([worker_gradient((w, X[shard], Y[shard])) for shard in shards])
        sizes = ", ".join(str(len(shard)) for shard in shards)
        print(f"12 examples in shards of {sizes:10}  first slope {mean[0]:.6f}")

# %% [markdown]
# ## Processes
#
# So far everything ran in one process. `Pool(workers)` starts `workers` more, and `pool.map(function, tasks)` has them
# call the function, a task each, and waits until all are done. The results come back in the order of the tasks. The
# `with` block ends the processes.
#
# **What differs from Python's own `multiprocessing.Pool`.** Nothing in how it is used. But in a notebook the original
# waits for ever on macOS and Windows, because there a new process cannot see functions that you defined in a cell, and
# on Linux it may use an *old* version of them. This one, `from sgdkit import Pool`, sends your function along as it is
# now. In a program of your own, with functions in a file, take the original.


# %% nbgrader={"grade_id": "pool", "locked": true}
def square(number):
    return number**2


with Pool(2) as pool:
    print(pool.map(square, [1, 2, 3, 4, 5]))

# %% [markdown]
# ## 7. `sync_sgd` (4 points)
#
# The loop of the lecture. The frame is there; you write what happens with one mini-batch, the five steps:
#
# 1. **share** w: a task for every worker, with the w of *now* and the examples of its shard;
# 2. **compute**: the pool runs `worker_gradient` on all tasks at once;
# 3. **wait** for all (`pool.map` does);
# 4. **average** the results into one gradient;
# 5. **update**, once: training minimises J / N, with N = `len(X)` the number of *all* examples, so
#
# $$g = \text{mean gradient of the mini-batch} + \frac{\lambda}{N}\, w \qquad\qquad w \leftarrow w - lr \cdot g$$
#
# Of the 4 points, 2 are for the right numbers. The other 2 are for the work being **shared**: each worker computes its
# own shard, all at the same time, in `workers` processes that are started once. (Workers who all compute the whole
# mini-batch, or one after the other, give the right numbers too, but no sooner.)
#
# **You will know that it works** when the network finds the parabola, and finds the very same one with 1, 2 and 3
# workers.
#
# <details><summary>Hint: the tasks</summary>
#
# `X[shard]` and `Y[shard]` are the examples of a shard. A list with one tuple for every shard that `split_batch` gives
# is what `pool.map` wants.
#
# </details>
#
# <details><summary>Hint: the update</summary>
#
# Write `w = w - …`, not `w -= …`. The second changes the array itself, which is also in `path` already.
#
# </details>


# %% nbgrader={"grade_id": "sync_sgd", "solution": true}
def sync_sgd(w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    """Trains with synchronous SGD on `workers` processes.

    w: (size,) parameters to start with; X: (N, inputs); Y: (N, outputs).
    batch_size: examples in a mini-batch, of all workers together. lr: learning rate. lam: λ of J.
    epochs: how often to go through all examples, each time shuffled anew by the generator that `seed` starts.
    Returns the path: a list of epochs + 1 arrays (size,), w at the start and after every epoch.
    """
    rng = np.random.default_rng(seed)
    path = [w]
    with Pool(workers) as pool:
        for _epoch in range(epochs):
            order = rng.permutation(len(X))
            for start in range(0, len(X), batch_size):
                batch = order[start : start + batch_size]  # the last one may be shorter
                ### BEGIN SOLUTION
                shards = split_batch(batch, workers)
                tasks = [(w, X[shard], Y[shard]) for shard in shards]
                g = average_gradients(pool.map(worker_gradient, tasks)) + lam / len(X) * w
                w = w - lr * g
                ### END SOLUTION
            path.append(w)
    return path


# %% nbgrader={"grade": true, "grade_id": "check-sync_sgd", "locked": true, "points": 4}
check("2-syncsgd/easy/sync_sgd")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "sync-picture", "locked": true}
with once_written("predict", "loss", "gradient", "split_batch", "worker_gradient", "average_gradients", "sync_sgd"):
    paths = {
        workers: sync_sgd(w, X, Y, workers=workers, batch_size=10, lr=0.1, lam=0.01, epochs=60, seed=0)
        for workers in (1, 2, 3)
    }
    left, right = plt.subplots(1, 2, figsize=(11, 3.2))[1]
    for number, way in paths.items():
        left.plot([loss(v, X, Y, 0.01) / len(X) for v in way], lw=7 - 2 * number, label=f"workers = {number}")
    left.set(yscale="log", xlabel="epoch", ylabel="J / N", title="the curves lie on each other")
    left.legend()
    right.plot(X, Y, "o", label="the points")
    right.plot(X, predict(paths[2][-1], X), label="the network, trained")
    right.legend()
    plt.show()
    print(f"largest difference between 1 and 3 workers: {np.max(np.abs(paths[1][-1] - paths[3][-1])):.1e}")

# %% [markdown]
# ## The real thing: handwritten digits
#
# 1,437 images of 28 × 28 pixels to learn from, and 360 others to test with. An image is one row of 784 numbers between
# 0 and 1; its target is a row of ten numbers, 1 at the right digit and 0 elsewhere. The network is the one of the
# slides: 784 inputs, `HIDDEN` nodes, 10 outputs, 795 · `HIDDEN` parameters. Not a line of your code has to change.

# %% nbgrader={"grade_id": "digits", "locked": true}
pieces = "predict", "loss", "gradient", "split_batch", "worker_gradient", "average_gradients", "sync_sgd"
images = digits()
w_start = 0.1 * first_weights(784, 10)


def accuracy(w, X, Y):
    """The part of the examples, from 0 to 1, whose largest output is at the right digit."""
    return np.mean(predict(w, X).argmax(axis=1) == Y.argmax(axis=1))


print(f"{len(images.train)} images to learn from, {len(images.test)} to test with, {w_start.size} parameters")
for k, axes in enumerate(plt.subplots(1, 8, figsize=(8, 1.2))[1]):
    axes.imshow(images.train.X[k].reshape(28, 28), cmap="gray_r")
    axes.set_title(images.train.labels[k])
    axes.axis("off")
plt.show()

# %% [markdown]
# ## Train it
#
# This cell is yours: change the settings and run it again, as often as you like, and find good ones. Some questions to
# try: What does a mini-batch of 8 do, and one of 1,437? When does a larger learning rate help, when does it explode?
# What do more workers change: the loss? the time? (`HIDDEN` may be 10 to 50, too: put `HIDDEN = 30` into the cell, and
# make `w_start` anew.)
#
# At most 2,000 steps (epochs times mini-batches) can be reported.

# %%
settings = {"workers": 2, "batch_size": 64, "lr": 0.1, "lam": 0.1, "epochs": 10, "seed": 0}

with once_written(*pieces):
    began = time.perf_counter()
    path = sync_sgd(w_start, images.train.X, images.train.Y, **settings)
    seconds = time.perf_counter() - began

    final_loss = loss(path[-1], images.train.X, images.train.Y, settings["lam"]) / len(images.train)
    final_accuracy = accuracy(path[-1], images.test.X, images.test.Y)
    print(f"{seconds:.2f} seconds, J / N = {final_loss:.4f}, {final_accuracy:.1%} of the test images recognised")

# %% [markdown]
# ## Where did it go?
#
# The loss contour: a map of J / N around the end of your run, on the plane that lies nearest to its path. Dark is low.
# Your run went from *start* to *end*; the line has a corner after every epoch.

# %% nbgrader={"grade_id": "contour-picture", "locked": true}
from IPython.display import display

from sgdkit.look import contour
from sgdkit.models import ann

with once_written(*pieces):
    display(contour(ann(HIDDEN), images.train, {"": np.array(path)}, lam=settings["lam"]))

# %% [markdown]
# ## Report (2 points)
#
# Fill in your best run: make a dict and call it `report`. Type the numbers, the results with four digits, or use the
# names of the cells above. When it is graded, your code is run again with these settings, from the same `w_start`, and
# must give the same loss and accuracy. (The time may differ: computers do.) For full points at least 85 % of the test
# images must be recognised; a true report of a run below that gets 1 point.
#
# The dict needs these keys:
#
# | key | what |
# |---|---|
# | `"workers"`, `"batch_size"`, `"lr"`, `"lam"`, `"epochs"`, `"seed"` | the settings of the run |
# | `"hidden"` | `HIDDEN` in the run |
# | `"seconds"` | how long training took |
# | `"loss"` | J / N on the training images after training |
# | `"accuracy"` | the part of the test images recognised, from 0 to 1 |

# %% nbgrader={"grade_id": "report", "solution": true}
report = ...  # instead of the dots a dict with the keys of the table: {"workers": 2, …}
### BEGIN SOLUTION
report = {
    **settings,
    "hidden": HIDDEN,
    "seconds": seconds,
    "loss": final_loss,
    "accuracy": final_accuracy,
}
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-report", "locked": true, "points": 2}
check("2-syncsgd/easy/report")

# %% [markdown]
# ## In your own words (3 points)
#
# Write a few sentences; a person reads them.
#
# 1. Which settings did you try, and which gave the best result? What does the contour show of that run?
# 2. Your loop gives the same w for 1, 2 and 3 workers. Why, although the shards may be uneven?
# 3. Did more workers make training faster here? Explain what you measured. (What has to travel to a worker in every
#    step, and how long does the worker compute?)

# %% [markdown] nbgrader={"grade": true, "grade_id": "answer", "points": 3, "solution": true}
# ### BEGIN SOLUTION
# One point each.
#
# 1. Names several settings with their results, and reads the contour: the steep way down first, then along the valley;
#    or zigzags from a large learning rate.
# 2. Sums are added and divided by the number of all examples, so it does not matter how the mini-batch was cut; the
#    penalty is added once.
# 3. An honest measurement with its reason: every step sends w and the examples through pipes and waits for all, about
#    a millisecond, while the gradient of a small mini-batch takes a fraction of that. Larger mini-batches or larger
#    networks make more workers worth while.
# ### END SOLUTION
