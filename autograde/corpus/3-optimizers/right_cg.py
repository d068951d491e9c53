"""
title = "Conjugate gradients for the step, Richardson's differences for the Hessian"
notebook = "optimizers"
kind = "right"
"""


# %% hessian
def hessian(gradient, w):
    def along(i):
        def central(h):
            e = np.zeros(len(w))
            e[i] = h
            return (gradient(w + e) - gradient(w - e)) / (2 * h)

        return (4 * central(1e-3) - central(2e-3)) / 3

    H = np.column_stack([along(i) for i in range(len(w))])
    return (H + H.T) / 2


# %% newton_step
def cg(A, b):
    x, r = np.zeros_like(b), b.copy()
    p = r.copy()
    for _ in range(5 * len(b)):
        if (rr := r @ r) < 1e-28:
            break
        a = rr / (p @ A @ p)
        x, r = x + a * p, r - a * (A @ p)
        p = r + (r @ r) / rr * p
    return x


def newton_step(w, gradient, damping):
    H = hessian(gradient, w)
    least = min(np.linalg.eigvalsh(H))
    tau = damping - least if least < damping else 0
    return w + cg(H + np.diag([tau] * len(w)), -gradient(w))
