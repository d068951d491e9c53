"""
title = "The kit's SyncSGD in the place of the loop"
notebook = "easy"
kind = "hostile"
status = "graded, see reason"
reason = ["sync_sgd: uses sgdkit.SyncSGD"]
[points]
sync_sgd = 0
[says]
sync_sgd = ["write this one yourself"]
"""

# %% sync_sgd
from sgdkit import SGD, Dataset, SyncSGD
from sgdkit.models import ann


def sync_sgd(w, X, Y, *, workers, batch_size, lr, lam, epochs, seed):
    trainer = SyncSGD(ann(HIDDEN), SGD(lr), workers=workers, batch_size=batch_size, lam=lam, seed=seed)
    path = [w]
    for _ in range(epochs):
        path.append(trainer.fit(Dataset(X, Y, "data"), epochs=1, w0=path[-1]).w)
    return path
