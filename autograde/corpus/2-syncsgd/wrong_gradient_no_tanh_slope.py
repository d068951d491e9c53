"""
title = "The derivative of tanh is forgotten"
notebook = "easy"
kind = "wrong"
[points]
gradient = 0
[says]
gradient = ["derivative of tanh is missing"]
"""


# %% gradient
def gradient(w, X, Y, lam):
    W1, b, W2 = parts(w, X)
    hidden = np.tanh(X @ W1 + b)
    error = hidden @ W2 - Y
    back = error @ W2.T
    slopes = [X.T @ back, back.sum(axis=0), hidden.T @ error]
    return np.concatenate([part.ravel() for part in slopes]) + lam * w
