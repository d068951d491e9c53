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
# # Better steps: momentum, Nesterov, Adam, Newton
#
# The workers have computed a gradient. What becomes of it? So far `w - lr * g`, the plainest step there is. Here you
# write four others, and then race them, with your own code, on real processes:
#
# ```
#   workers ──► average ──► g ──► ┌───────────────┐ ──► new w ──► workers …
#                                 │ the optimizer │
#                                 └───────────────┘
#                          plain · momentum · Nesterov · Adam · Newton
# ```
#
# **All of this is optional.** Every point here is a bonus, and none of the pieces needs another one: do the ones you
# like, in any order, and leave the rest as it is.
#
# | | | points |
# |---|---|---|
# | 1 | `Momentum` | easy, 2 |
# | 2 | `Nesterov` | easy, 2 |
# | 3 | `Adam` | hard, 3 |
# | 4 | `objective_gradient` | easy, 1 |
# | 5 | `hessian` | hard, 2 |
# | 6 | `newton_step` | hard, 3 |
# | 7 | in your own words | 2 |
#
# **How it goes.** Fill in a cell, run it, then run the check below it. A check says at once whether it is right and,
# if not, which mistake it is; it can be run as often as you like. The kit has optimizers of its own, which stand aside
# while a check runs: what you hand in is to be written by you.

# %% nbgrader={"grade_id": "setup", "locked": true}
import matplotlib.pyplot as plt
import numpy as np

from sgdkit import SGD, SyncSGD, digits
from sgdkit.checks import check, once_written
from sgdkit.data import parabola as parabola_data
from sgdkit.look import race
from sgdkit.models import ann, parabola
from sgdkit.own_optimizer import OwnNewton, OwnOptimizer

plt.rcParams["figure.figsize"] = (6, 3)

# %% [markdown]
# ## Why not the plain step?
#
# Here is a valley: it falls gently to the left, and steeply from both sides. At every point the gradient points across
# it, hardly along it. So plain steps swing from side to side; with a larger learning rate they would leave the valley,
# with a smaller one they would creep.

# %% nbgrader={"grade_id": "valley", "locked": true}
STEEP = np.array([1.0, 20.0])  # how strongly it is curved, along and across


def slope(w):
    """The gradient of the valley 1/2 (w0² + 20 w1²) at w."""
    return STEEP * w


def walk(optimizer, steps=30):
    """Where an optimizer goes in the valley: (steps + 1, 2)."""
    step = getattr(optimizer, "step", optimizer)
    path = [np.array([9.0, 1.5])]
    for _ in range(steps):
        path.append(np.array(step(path[-1].copy(), slope(path[-1]))))
    return np.array(path)


def map_of(**paths):
    """Draws the valley from above, and the paths in it."""
    a, b = np.meshgrid(np.linspace(-2, 10, 80), np.linspace(-2, 2, 60))
    plt.contourf(a, b, STEEP[0] * a**2 + STEEP[1] * b**2, levels=np.array([0, 1, 4, 10, 20, 40, 70, 110, 160, 250]))
    for (name, path), marker in zip(paths.items(), "osD^v", strict=False):
        plt.plot(*path.T, color="white", lw=3)
        plt.plot(*path.T, marker=marker, ms=4, label=name)
    plt.legend(loc="lower left")
    plt.show()


map_of(plain=walk(SGD(0.085)))

# %% [markdown]
# ## What an optimizer is
#
# A thing that is made with its settings, remembers what it needs, and has one method:
#
# - `step(w, g)` gets the parameters `w`, shape (size,), and the gradient `g` at that w, shape (size,), and returns the
#   new w. `g` must stay as it is: somebody else may still need it.
#
# A class does that, as in the cells below. If you prefer functions: a function that takes the settings and returns a
# function `step` will do as well.

# %% [markdown]
# ## 1. `Momentum` (easy, 2 points)
#
# A ball that rolls down the valley does not turn at every point. It has a **velocity**, which each gradient changes a
# little. Pushes to the left and to the right cancel; pushes along the valley add up.
#
# $$v \leftarrow \mu\, v + g \qquad\qquad w \leftarrow w - lr \cdot v$$
#
# μ is `momentum`, often 0.9: what is left of the old velocity. At the start v = 0. The gradients are **added**: with
# μ = 0.9 and always the same gradient, v grows to ten times that gradient.
#
# (Some books keep lr inside v. As long as lr stays the same, that gives the same steps, and is right here too.)
#
# **You will know that it works** when below the ball is at the end of the valley, while plain steps are on their way.
#
# <details><summary>Hint: the first step</summary>
#
# `self.v` begins as the number 0. A number times a number, plus an array, is an array: nothing special has to be done
# in the first step.
#
# </details>


# %% nbgrader={"grade_id": "momentum", "solution": true}
class Momentum:
    """SGD with momentum: v = momentum * v + g, then w - lr * v.

    lr: learning rate; momentum: from 0 up to, and not including, 1.
    """

    def __init__(self, lr, momentum):
        self.lr, self.momentum = lr, momentum
        self.v = 0.0

    def step(self, w, g):
        """The new w, (size,), from w (size,) and the gradient g (size,)."""
        ### BEGIN SOLUTION
        self.v = self.momentum * self.v + g
        return w - self.lr * self.v
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-momentum", "locked": true, "points": 2}
check("3-optimizers/optimizers/momentum")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "momentum-picture", "locked": true}
with once_written("Momentum"):
    map_of(plain=walk(SGD(0.085)), momentum=walk(Momentum(0.03, 0.8)))

# %% [markdown]
# ## 2. `Nesterov` (easy, 2 points)
#
# The ball overshoots: it notices the other side of the valley only when it is there already. Nesterov's ball looks
# ahead. It knows where its velocity is about to carry it, and reckons with that:
#
# ```
#   momentum:  the new v                   Nesterov:  g and, once more, what the new v will do next
#              ───────►                               ──► + ────►
# ```
#
# $$v \leftarrow \mu\, v + g \qquad\qquad w \leftarrow w - lr \cdot (g + \mu\, v)$$
#
# with the **new** v on the right.
#
# **You will know that it works** when below its path swings less than that of momentum.
#
# <details><summary>Hint</summary>
#
# Only one line differs from `Momentum`.
#
# </details>


# %% nbgrader={"grade_id": "nesterov", "solution": true}
class Nesterov:
    """SGD with Nesterov's momentum: v = momentum * v + g, then w - lr * (g + momentum * v).

    lr: learning rate; momentum: from 0 up to, and not including, 1.
    """

    def __init__(self, lr, momentum):
        self.lr, self.momentum = lr, momentum
        self.v = 0.0

    def step(self, w, g):
        """The new w, (size,), from w (size,) and the gradient g (size,)."""
        ### BEGIN SOLUTION
        self.v = self.momentum * self.v + g
        return w - self.lr * (g + self.momentum * self.v)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-nesterov", "locked": true, "points": 2}
check("3-optimizers/optimizers/nesterov")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "nesterov-picture", "locked": true}
with once_written("Momentum", "Nesterov"):
    map_of(momentum=walk(Momentum(0.03, 0.8)), Nesterov=walk(Nesterov(0.03, 0.8)))

# %% [markdown]
# ## 3. `Adam` (hard, 3 points)
#
# The valley is steep in one direction and gentle in the other, and one learning rate has to do for both. Adam gives
# every parameter a step of its own: it divides by how large that parameter's gradients usually are.
#
# | | what | one for every parameter |
# |---|---|---|
# | 1 | m, where the gradients point on average | m ← β₁ m + (1 − β₁) g |
# | 2 | v, how large their squares are on average | v ← β₂ v + (1 − β₂) g² |
# | 3 | both begin at 0 and are too small at first: corrected | m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ) |
# | 4 | the step | w ← w − lr · m̂ / (√v̂ + ε) |
#
# t counts the steps and is **1** in the first one. ε, a tiny number, is there so that a parameter whose gradient is
# always 0 does not give 0 / 0. (TensorFlow puts ε beside √v instead of √v̂; that is right here too.)
#
# This time the cell is empty but for the name: `Adam(lr, beta1, beta2, eps)`.
#
# **You will know that it works** when below the first steps go as far along the valley as across it.
#
# <details><summary>Hint: nothing at the start</summary>
#
# m, v and t all begin at 0. Count t up as the first thing in `step`.
#
# </details>
#
# <details><summary>Hint: which m to keep</summary>
#
# The corrected m̂ and v̂ are for this step alone. What goes on to the next step is m and v.
#
# </details>


# %% nbgrader={"grade_id": "adam", "solution": true}
### BEGIN SOLUTION
class Adam:
    """Algorithm 1 of Kingma & Ba (2015)."""

    def __init__(self, lr, beta1, beta2, eps):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m, self.v, self.t = 0.0, 0.0, 0

    def step(self, w, g):
        """The new w, (size,), from w (size,) and the gradient g (size,)."""
        self.t += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        m_hat = self.m / (1 - self.beta1**self.t)
        v_hat = self.v / (1 - self.beta2**self.t)
        return w - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "check-adam", "locked": true, "points": 3}
check("3-optimizers/optimizers/adam")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "adam-picture", "locked": true}
with once_written("Adam"):
    map_of(plain=walk(SGD(0.085)), Adam=walk(Adam(1.0, 0.8, 0.95, 1e-8)))

# %% [markdown]
# ## The real trainer
#
# `SyncSGD` is the loop that you know: processes compute the shards, the master averages and takes one step. Which step
# is up to you: `OwnOptimizer(Momentum, 0.05, 0.9)` puts `Momentum(0.05, 0.9)` of this notebook into it.
#
# This cell is yours. What you have not written is left out. Which learning rate suits which optimizer? What happens to
# each of them when it is too large?

# %%
mine = {"plain": SGD(0.05)}
for name, settings in {
    "Momentum": (0.02, 0.9),
    "Nesterov": (0.02, 0.9),
    "Adam": (0.01, 0.9, 0.999, 1e-8),
}.items():
    if name in globals():
        mine[name] = OwnOptimizer(globals()[name], *settings)


def runs_of(optimizers, network, data, epochs, **settings):
    """One run of the real trainer with each of the optimizers that are written."""
    found = {}
    for name, optimizer in optimizers.items():
        try:
            with SyncSGD(network, optimizer, workers=2, seed=0, **settings) as trainer:
                found[name] = trainer.fit(data, epochs, progress=False)
        except NotImplementedError:
            print(f"{name} is not written yet")
    return found


runs = runs_of(mine, ann(hidden=10), digits().train, epochs=5, batch_size=64, lam=0.1)
for name, run in runs.items():
    plt.plot([epoch.epoch for epoch in run.epochs], [epoch.loss for epoch in run.epochs], marker="o", label=name)
plt.xlabel("epoch")
plt.ylabel("J / N on the digits")
plt.legend()
plt.show()

# %% [markdown]
# ## 4. `objective_gradient` (easy, 1 point)
#
# Newton's method, which comes next, jumps to where a gradient is 0. It matters, then, **of what** it is the gradient:
# with the wrong one it jumps to the wrong place, without a sign of trouble.
#
# Training minimises J / N, with N examples and the penalty in J once:
#
# $$\frac{J(w)}{N} = \frac{1}{N} \left( \sum_i \ell_i(w) + \frac{\lambda}{2} \lVert w \rVert^2 \right)$$
#
# A network's `gradient(w, X, Y)` gives the **sum** of the examples' gradients, without penalty. Make the gradient of
# J / N of it.
#
# **You will know that it works** when the two numbers below are the same: the slope of J / N along one direction, by
# your function and by looking at J / N a small step further.


# %% nbgrader={"grade_id": "objective_gradient", "solution": true}
def objective_gradient(gradient, w, X, Y, lam):
    """The gradient of J(w) / N.

    gradient: a function of w, X, Y that returns the SUM of the examples' gradients, (size,), without penalty.
    w: (size,); X: (N, inputs); Y: (N, outputs); lam: a number, 0 or more.
    Returns (size,).
    """
    ### BEGIN SOLUTION
    return (gradient(w, X, Y) + lam * w) / len(X)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-objective_gradient", "locked": true, "points": 1}
check("3-optimizers/optimizers/objective_gradient")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "objective-number", "locked": true}
network, points, LAM = parabola(), parabola_data().train, 0.1
w = network.init(0)


def objective(w):
    """J / N of the small network on the 50 points of the parabola."""
    return (network.loss(w, points.X, points.Y) + LAM / 2 * np.sum(w**2)) / len(points)


along = np.random.default_rng(1).standard_normal(w.size)
with once_written("objective_gradient"):
    print(f"your slope:      {objective_gradient(network.gradient, w, points.X, points.Y, LAM) @ along:.6f}")
    print(f"by a small step: {(objective(w + 1e-6 * along) - objective(w - 1e-6 * along)) / 2e-6:.6f}")

# %% [markdown]
# ## 5. `hessian` (hard, 2 points)
#
# The gradient says how steep it is. The **Hessian** says how the gradient changes as one walks: a matrix with one row
# for every entry of w. Row i is how *all* entries of the gradient change when entry i of w grows a little.
#
# ```
#   gradient a little ahead  −  gradient a little behind
#   ────────────────────────────────────────────────────  =  row i
#              distance of the two points
# ```
#
# With w moved by h = 1e-5 to both sides, the distance is 2 h, and the result is right to about ten digits.
#
# **You will know that it works** when the picture below is symmetric: the change of slope i along j is that of slope j
# along i.
#
# <details><summary>Hint: moving one entry</summary>
#
# Row i of `np.eye(w.size)` is 1 at entry i and 0 elsewhere. Add h times that to w: then w itself stays as it is.
#
# </details>


# %% nbgrader={"grade_id": "hessian", "solution": true}
def hessian(gradient, w):
    """The Hessian at w by differences of the gradient.

    gradient: a function of w alone that returns (size,); w: (size,), which stays as it is.
    Returns (size, size).
    """
    ### BEGIN SOLUTION
    h = 1e-5
    rows = [gradient(w + h * e) - gradient(w - h * e) for e in np.eye(w.size)]
    return np.array(rows) / (2 * h)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-hessian", "locked": true, "points": 2}
check("3-optimizers/optimizers/hessian")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "hessian-picture", "locked": true}
with once_written("hessian"):
    H = hessian(lambda v: network.gradient(v, points.X, points.Y) / len(points), w)
    plt.imshow(H, cmap="RdBu_r", vmin=-np.abs(H).max(), vmax=np.abs(H).max())
    plt.colorbar(label="change of slope")
    plt.title("the Hessian of the small network, 16 parameters")
    plt.show()
    print("smallest and largest eigenvalue:", np.round(np.linalg.eigvalsh(H)[[0, -1]], 3))

# %% [markdown]
# ## 6. `newton_step` (hard, 3 points)
#
# If the objective is a bowl (a quadratic), then gradient and Hessian together tell where its bottom is. One step leads
# there, the solution p of **H p = −g**.
#
# A network's objective is no bowl. You saw a negative eigenvalue above: there the ground is curved downwards, like on a
# saddle, and the plain step would climb *up* to the saddle. Where an eigenvalue is 0, there is no step at all. So H is
# lifted, by as little as will do:
#
# $$(H + \tau I)\; p = -g \qquad\qquad w \leftarrow w + p$$
#
# τ is **0** if all eigenvalues of H are at least `damping`; else it is so large that the smallest one becomes `damping`.
#
# Solve; do not invert. `np.linalg.inv(H) @ g` computes size² numbers to get size of them, and is less exact.
#
# **You will know that it works** when the bowl below needs one step, and the walk on the network goes down each time.
#
# <details><summary>Hint: the functions</summary>
#
# `np.linalg.eigvalsh(H)` gives the eigenvalues of a symmetric matrix, the smallest first. `np.linalg.solve(A, b)` gives
# the p with A p = b. `np.eye(n)` is I.
#
# </details>


# %% nbgrader={"grade_id": "newton_step", "solution": true}
def newton_step(w, gradient, damping):
    """One step of Newton's method, damped where H needs it.

    w: (size,); gradient: a function of w alone that returns (size,); damping: the least eigenvalue, above 0.
    Returns the new w, (size,).
    """
    ### BEGIN SOLUTION
    H = hessian(gradient, w)
    tau = max(0.0, damping - np.linalg.eigvalsh(H)[0])
    return w + np.linalg.solve(H + tau * np.eye(w.size), -gradient(w))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "check-newton_step", "locked": true, "points": 3}
check("3-optimizers/optimizers/newton_step")

# %% jupyter={"source_hidden": true} nbgrader={"grade_id": "newton-picture", "locked": true}
with once_written("objective_gradient", "hessian", "newton_step"):
    map_of(plain=walk(SGD(0.085)), Newton=walk(lambda w, g: newton_step(w, slope, 0.1), steps=1))
    v = w
    for number in range(6):
        print(f"after {number} steps of Newton: J / N = {objective(v):.6f}")
        v = newton_step(v, lambda u: objective_gradient(network.gradient, u, points.X, points.Y, LAM), 0.1)

# %% [markdown]
# ## The race
#
# All of them from the same start, on one map: the small network that learns the parabola, the real trainer, two
# processes, every step with all 50 points. `OwnNewton` hands your `newton_step` a gradient that the workers compute,
# two rounds for each of the 16 parameters; and it is the gradient of J / N.
#
# This cell is yours, too: tune your favourite until it wins.

# %%
racers = {"plain": SGD(0.05)}
for name, settings in {
    "Momentum": (0.02, 0.9),
    "Nesterov": (0.02, 0.9),
    "Adam": (0.1, 0.9, 0.999, 1e-8),
}.items():
    if name in globals():
        racers[name] = OwnOptimizer(globals()[name], *settings)
if "newton_step" in globals():
    racers["Newton"] = OwnNewton(newton_step, 0.1)

runs = runs_of(racers, network, points, epochs=30, batch_size=50, lam=LAM)
for name, run in runs.items():
    plt.semilogy(run.loss, label=name)
plt.xlabel("step")
plt.ylabel("J / N")
plt.legend()
plt.show()

# %%
race(runs, points)

# %% [markdown]
# ## 7. In your own words (2 points)
#
# Write a few sentences; a person reads them.
#
# 1. Which of them won your race, and with which settings? Read the map: who swings, who goes straight?
# 2. A network with 28,938 parameters: why does nobody use `hessian` there? How many gradients would one step need, and
#    how much memory would H take?

# %% [markdown] nbgrader={"grade": true, "grade_id": "answer", "points": 2, "solution": true}
# ### BEGIN SOLUTION
# One point each.
#
# 1. Names settings and results, and reads the paths on the map: momentum overshoots, Adam begins with steps of equal
#    size in every direction, Newton needs few steps, though each costs 33 rounds of the workers.
# 2. Two gradients for every parameter, 57,876 a step; H has 28,938² numbers of 8 bytes, about 6.7 GB, and solving takes
#    size³ operations.
# ### END SOLUTION
