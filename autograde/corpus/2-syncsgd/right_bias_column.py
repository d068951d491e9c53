"""
title = "A column of ones, so that weights and biases are one matrix"
notebook = "easy"
kind = "right"
"""


# %% predict
def stacked(w, X):
    k = X.shape[1] + 1
    V = np.asarray(w)[: k * HIDDEN].reshape(k, HIDDEN)
    U = np.asarray(w)[k * HIDDEN :].reshape(HIDDEN, -1)
    return np.column_stack([X, np.ones(len(X))]), V, U


def predict(w, X):
    A, V, U = stacked(w, X)
    return np.tanh(A @ V) @ U


# %% gradient
def gradient(w, X, Y, lam):
    A, V, U = stacked(w, X)
    T = np.tanh(A @ V)
    E = T @ U - Y
    dV = A.T @ ((1 - T * T) * (E @ U.T))
    return np.append(dV, T.T @ E) + np.multiply(lam, w)
