"""
title = "The slopes of the biases are left at 0"
notebook = "easy"
kind = "wrong"
[points]
gradient = 0
[says]
gradient = ["slopes of the hidden biases are 0"]
"""


# %% gradient
def gradient(w, X, Y, lam):
    W1, b, W2 = parts(w, X)
    hidden = np.tanh(X @ W1 + b)
    error = hidden @ W2 - Y
    back = (error @ W2.T) * (1 - hidden**2)
    slopes = [X.T @ back, np.zeros_like(b), hidden.T @ error]
    return np.concatenate([part.ravel() for part in slopes]) + lam * w
