"""
title = "Helper functions and a class in cells of one's own"
notebook = "easy"
kind = "right"
"""


# %% + before gradient
class Layer:
    def __init__(self, W, b=0.0):
        self.W, self.b = W, b

    def __call__(self, X):
        return X @ self.W + self.b


def backwards(w, X, Y):
    W1, b, W2 = parts(w, X)
    hidden = np.tanh(Layer(W1, b)(X))
    error = Layer(W2)(hidden) - Y
    back = error @ W2.T
    back *= 1 - np.square(hidden)
    return X.T @ back, back.sum(0), hidden.T @ error


# %% gradient
def gradient(w, X, Y, lam):
    return np.hstack([np.ravel(part) for part in backwards(w, X, Y)]) + np.multiply(lam, w)
