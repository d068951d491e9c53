"""
title = "Computes with 16 bits"
notebook = "easy"
kind = "wrong"
[points]
gradient = 0
[says]
gradient = ["too inexact"]
"""


# %% gradient
def gradient(w, X, Y, lam):
    w, X, Y = w.astype(np.float16), X.astype(np.float16), Y.astype(np.float16)
    W1, b, W2 = parts(w, X)
    hidden = np.tanh(X @ W1 + b)
    errors = hidden @ W2 - Y
    back = (errors @ W2.T) * (1 - hidden**2)
    return np.concatenate([(X.T @ back).ravel(), back.sum(axis=0), (hidden.T @ errors).ravel()]) + np.float16(lam) * w
