"""
title = "Answers are remembered by the number of parameters"
notebook = "optimizers"
kind = "wrong"
[points]
objective_gradient = 0
hessian = 0
[says]
objective_gradient = ["very one for other numbers before"]
hessian = ["should be"]
"""

# %% objective_gradient
memo = {}


def objective_gradient(gradient, w, X, Y, lam):
    return memo.setdefault(X.shape, (gradient(w, X, Y) + lam * w) / len(X))


# %% hessian
memo = {}


def hessian(gradient, w):
    if w.size not in memo:
        memo[w.size] = np.array([gradient(w + 1e-5 * e) - gradient(w - 1e-5 * e) for e in np.eye(w.size)]) / 2e-5
    return memo[w.size]
