"""
title = "The hidden biases are forgotten"
notebook = "easy"
kind = "wrong"
[points]
predict = 0
[says]
predict = ["biases b are missing"]
"""


# %% predict
def predict(w, X):
    W1, b, W2 = parts(w, X)
    return np.tanh(X @ W1) @ W2
