"""
title = "The sigmoid instead of tanh"
notebook = "easy"
kind = "wrong"
[points]
predict = 0
[says]
predict = ["sigmoid"]
"""


# %% predict
def predict(w, X):
    W1, b, W2 = parts(w, X)
    return 1 / (1 + np.exp(-(X @ W1 + b))) @ W2
