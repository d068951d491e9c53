"""
title = "hard: the kit's SyncSGD behind train"
notebook = "hard"
kind = "hostile"
status = "graded, see reason"
reason = ["update: uses sgdkit.SyncSGD"]
[points]
"*" = 0
[says]
update = ["write this one yourself"]
"""

# %% train
import sgdkit


class Given:
    def __init__(self, size):
        self.size = size


def train(gradient, w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    model = sgdkit.models.ann(10)
    with sgdkit.SyncSGD(model, sgdkit.SGD(lr), workers=workers, batch_size=batch_size, lam=lam, gradient=gradient) as t:
        return t.fit(sgdkit.Dataset(X, Y, "data"), epochs=epochs, w0=w).w
