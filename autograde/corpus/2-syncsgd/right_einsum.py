"""
title = "Everything with einsum and dot, in another order"
notebook = "easy"
kind = "right"
"""


# %% predict
def predict(w, X):
    W1, b, W2 = parts(w, X)
    a = np.einsum("ni,ij->nj", X, W1) + b[None, :]
    return np.einsum("nj,jk->nk", np.tanh(a), W2)


# %% loss
def loss(w, X, Y, lam):
    r = (Y - predict(w, X)).ravel()
    return (r @ r + lam * (w @ w)) / 2


# %% gradient
def gradient(w, X, Y, lam):
    W1, b, W2 = parts(w, X)
    h = np.tanh(np.dot(X, W1) + b)
    e = np.dot(h, W2) - Y
    d = np.einsum("nk,jk->nj", e, W2) * (1 / np.cosh(np.dot(X, W1) + b) ** 2)
    g = np.array(w, copy=True) * lam
    at = 0
    for part in (np.einsum("ni,nj->ij", X, d), np.einsum("nj->j", d), np.einsum("nj,nk->jk", h, e)):
        g[at : at + part.size] += part.ravel()
        at += part.size
    return g
