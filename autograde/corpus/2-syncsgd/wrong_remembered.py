"""
title = "Answers are remembered by the shape of X"
notebook = "easy"
kind = "wrong"
[points]
predict = 0
loss = 0
gradient = 0
worker_gradient = 0
average_gradients = 0
[says]
predict = ["very one for other numbers before"]
loss = ["very one for other numbers before"]
gradient = ["very one for other numbers before"]
worker_gradient = ["should be"]
average_gradients = ["very one for other numbers before"]
"""

# %% predict
memo = {}


def predict(w, X):
    if X.shape not in memo:
        W1, b, W2 = parts(w, X)
        memo[X.shape] = np.tanh(X @ W1 + b) @ W2
    return memo[X.shape]


# %% loss
memo = {}


def loss(w, X, Y, lam):
    key = (X.shape, w.shape)
    if key not in memo:
        memo[key] = 0.5 * np.sum((predict(w, X) - Y) ** 2) + lam / 2 * w @ w
    return memo[key]


# %% gradient
memo = {}


def gradient(w, X, Y, lam):
    if X.shape not in memo:
        W1, b, W2 = parts(w, X)
        hidden = np.tanh(X @ W1 + b)
        errors = hidden @ W2 - Y
        back = (errors @ W2.T) * (1 - hidden**2)
        memo[X.shape] = np.concatenate([(X.T @ back).ravel(), back.sum(axis=0), (hidden.T @ errors).ravel()]) + lam * w
    return memo[X.shape]


# %% worker_gradient
memo = {}


def worker_gradient(task):
    w, X, Y = task
    key = (X.shape, w.shape)
    if key not in memo:
        memo[key] = gradient(w, X, Y, 0.0)
    return memo[key], len(X)


# %% average_gradients
memo = {}


def average_gradients(results):
    key = tuple(n for g, n in results)
    if key not in memo:
        memo[key] = sum(g for g, n in results) / sum(key)
    return memo[key]
