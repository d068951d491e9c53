"""
title = "np.mean instead of a sum"
notebook = "easy"
kind = "wrong"
[points]
loss = 0
[says]
loss = ["np.mean"]
"""


# %% loss
def loss(w, X, Y, lam):
    return np.mean((predict(w, X) - Y) ** 2) / 2 + lam / 2 * np.sum(w**2)
