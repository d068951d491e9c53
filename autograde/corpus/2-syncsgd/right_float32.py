"""
title = "Computes in float32"
notebook = "easy"
kind = "right"
"""


# %% gradient
def gradient(w, X, Y, lam):
    w32, X, Y = w.astype(np.float32), X.astype(np.float32), Y.astype(np.float32)
    W1, b, W2 = parts(w32, X)
    hidden = np.tanh(X @ W1 + b)
    error = hidden @ W2 - Y
    back = (error @ W2.T) * (1 - hidden**2)
    slopes = [X.T @ back, back.sum(axis=0), hidden.T @ error]
    return (np.concatenate([part.ravel() for part in slopes]) + np.float32(lam) * w32).astype(np.float32)
