"""
title = "Only the first output's errors come back"
notebook = "easy"
kind = "wrong"
[points]
gradient = 0
[says]
gradient = ["2 outputs"]
"""


# %% gradient
def gradient(w, X, Y, lam):
    W1, b, W2 = parts(w, X)
    hidden = np.tanh(X @ W1 + b)
    errors = hidden @ W2 - Y
    errors[:, 1:] = 0
    back = (errors @ W2.T) * (1 - hidden**2)
    return np.concatenate([(X.T @ back).ravel(), back.sum(axis=0), (hidden.T @ errors).ravel()]) + lam * w
