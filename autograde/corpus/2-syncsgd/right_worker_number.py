"""
title = "The penalty taken away again, a numpy number, and a weighted mean of means"
notebook = "easy"
kind = "right"
"""


# %% worker_gradient
def worker_gradient(task):
    w, X, Y = task
    return gradient(w, X, Y, 1.0) - w, np.int64(np.shape(Y)[0])


# %% average_gradients
def average_gradients(results):
    G = np.stack([g for g, n in results]).astype(np.float64)
    n = np.array([n for _, n in results])
    return np.average(G / np.where(n, n, 1)[:, None], axis=0, weights=n)
