"""
title = "One number per example instead of a column"
notebook = "easy"
kind = "wrong"
[points]
predict = 0
[says]
predict = ["shape"]
"""


# %% predict
def predict(w, X):
    W1, b, W2 = parts(w, X)
    return (np.tanh(X @ W1 + b) @ W2)[:, 0]
