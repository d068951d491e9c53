"""
title = "The ½ is forgotten"
notebook = "easy"
kind = "wrong"
[points]
loss = 0
[says]
loss = ["½ in front"]
"""


# %% loss
def loss(w, X, Y, lam):
    return np.sum((predict(w, X) - Y) ** 2) + lam / 2 * np.sum(w**2)
