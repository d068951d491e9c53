"""
title = "Plain lists and loops over single numbers, floats for counts"
notebook = "easy"
kind = "right"
"""

# %% predict
import math


def predict(w, X):
    w, k = list(map(float, w)), len(X[0])
    outputs = (len(w) - (k + 1) * HIDDEN) // HIDDEN
    out = []
    for x in X:
        h = [math.tanh(sum(x[i] * w[i * HIDDEN + j] for i in range(k)) + w[k * HIDDEN + j]) for j in range(HIDDEN)]
        out.append([sum(h[j] * w[(k + 1) * HIDDEN + j * outputs + o] for j in range(HIDDEN)) for o in range(outputs)])
    return out


# %% loss
def loss(w, X, Y, lam):
    P = predict(w, X)
    s = 0.0
    for p, y in zip(P, Y):
        for a, b in zip(p, y):
            s += (a - b) ** 2 / 2
    return [s + lam * sum(v * v for v in w) / 2]


# %% worker_gradient
def worker_gradient(task):
    return [gradient(*task, 0).tolist(), float(task[1].shape[0])]


# %% average_gradients
def average_gradients(results):
    n = sum(result[1] for result in results)
    return [sum(column) / n for column in zip(*(result[0] for result in results))]


# %% split_batch
def split_batch(indices, workers):
    indices = list(indices)
    return tuple(indices[i * len(indices) // workers : (i + 1) * len(indices) // workers] for i in range(workers))
