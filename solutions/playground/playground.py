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
# # The playground
#
# Here you turn the knobs of synchronous SGD and see at once what they do. Nothing here is graded.
#
# Run the cell below. A network trains on several real processes while you look. **Let go of a slider, and it trains
# again from the start.** Sliders move with the mouse, or with the arrow keys once you have reached them with Tab. Or go one Tab
# farther, type the number beside the slider and press Enter (in Notebook 7, which keeps the arrow keys for itself).

# %%
from sgdkit.look import playground

playground()

# %% [markdown]
# **What you see.** The loss against *steps* and against *seconds*: the same run twice, and which settings look better
# may differ. Thin is the loss of each mini-batch, thick the mean over an epoch, dashed the run before. On the map the
# path goes from the white ring downhill; dark is low. The bars say what each worker did in a few steps: computing,
# sending and receiving, or waiting for the others at the barrier. The line above the pictures says it in words.
#
# **The game.** Bring the loss below the goal in the fewest seconds. The table keeps your five best runs.

# %% [markdown]
# ## Five things to find out
#
# Say what you expect *before* you move the slider. Then look, and open the answer.
#
# **1. How large may the learning rate be?** Make it larger, notch by notch, until the run diverges.
#
# <details><summary>What happens</summary>
#
# In a valley of curvature λ, each step multiplies the distance from the bottom by 1 − lr·λ. Above lr = 2/λ that is
# below −1: every step lands farther up on the other side. The line of words estimates λmax, the steepest direction,
# from the network itself. A network is no parabola, so it may hold out a little above 2/λmax: it is thrown out of a
# steep valley and sometimes finds a flatter one.
#
# </details>
#
# **2. Does a second worker change the curve against steps? And the one against seconds?** Go from 1 worker to 2 and 4.
#
# <details><summary>What happens</summary>
#
# Against steps nothing changes but rounding: synchronous SGD computes the same gradient, however many share the work.
# Against seconds it depends on how much work there is. With a tiny network and small mini-batches the workers wait most
# of the time, and more of them only cost.
#
# </details>
#
# **3. When do more workers pay?** Take *ANN, 50 nodes* and a mini-batch of 1,024, then 1 worker and 2.
#
# <details><summary>What happens</summary>
#
# Now there is enough to compute in each step: look at how long the green bars have become. More workers than the
# machine has cores only take turns.
#
# </details>
#
# **4. Large or small mini-batches?** Keep the learning rate and go from 4 to 64 and 1,024.
#
# <details><summary>What happens</summary>
#
# A small mini-batch gives a noisy gradient, but many steps in the time of one large one. A large one goes straight, and
# bears a larger learning rate. If you double the mini-batch, try doubling the learning rate too.
#
# </details>
#
# **5. Which optimizer wins the race?** Try all five on *parabola, 5 nodes*, each with its best learning rate.
#
# <details><summary>What happens</summary>
#
# Against steps Newton is far ahead: it knows the curvature. Against seconds each of its steps costs many gradients.
#
# </details>

# %% [markdown]
# ## Your own code under the sliders
#
# What you wrote in `2-syncsgd` fits: `gradient(w, X, Y, lam)` of the notebook *easy* computes on *parabola, 10 nodes*
# and *ANN, 10 nodes*, `average_gradients(results)` on every network. So do the optimizers of `3-optimizers`: say how one
# is made of a learning rate, which the slider gives. Put your functions into the cell below. To begin with there is a
# class with a `step(w, g)` in it, an optimizer that is one function, and an average with a well-known mistake.

# %%
import numpy as np


def average_gradients(results):
    """The mean gradient from a list of (sum of gradients, number of examples). Which mistake is in it?"""
    return sum(g for g, n in results)


class Averaged:
    """An optimizer as in 3-optimizers, with a mean of the last gradients."""

    def __init__(self, lr, memory):
        self.lr, self.memory = lr, memory
        self.mean = 0.0

    def step(self, w, g):
        self.mean = self.memory * self.mean + (1 - self.memory) * g
        return w - self.lr * self.mean


def sign_descent(w, g, lr):
    """An optimizer as one function: the new w from w, the gradient g and the learning rate."""
    return w - lr * np.sign(g)


# Take away one # at a time and run the cell again:
# playground(average=average_gradients)
# playground(optimizer=lambda lr: Averaged(lr, 0.9))  # yours: lambda lr: Momentum(lr, 0.9)
# playground(optimizer=sign_descent)
