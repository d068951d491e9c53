"""
title = "The norm is not squared"
notebook = "easy"
kind = "wrong"
[points]
loss = 0
[says]
loss = ["‖w‖"]
"""


# %% loss
def loss(w, X, Y, lam):
    return 0.5 * np.sum((predict(w, X) - Y) ** 2) + lam / 2 * np.linalg.norm(w)
