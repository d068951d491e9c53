"""
title = "Loops over single examples, lists instead of arrays"
notebook = "easy"
kind = "right"
"""


# %% predict
def predict(w, X):
    W1, b, W2 = parts(w, X)
    rows = []
    for x in X:
        h = [np.tanh(sum(x[i] * W1[i, j] for i in range(len(x))) + b[j]) for j in range(len(b))]
        rows.append([sum(h[j] * W2[j, k] for j in range(len(b))) for k in range(W2.shape[1])])
    return rows


# %% loss
def loss(w, X, Y, lam):
    total = 0
    for p, y in zip(predict(w, X), Y):
        for a, b in zip(np.atleast_1d(p), np.atleast_1d(y)):
            total += (a - b) ** 2
    return total / 2 + lam / 2 * sum(v * v for v in w)


# %% gradient
def gradient(w, X, Y, lam):
    W1, b, W2 = parts(w, X)
    dW1, db, dW2 = np.zeros_like(W1), np.zeros_like(b), np.zeros_like(W2)
    for x, y in zip(X, Y):
        h = np.tanh(x.dot(W1) + b)
        e = h.dot(W2) - y
        dW2 += np.outer(h, e)
        d = W2.dot(e) * (1 - h * h)
        dW1 += np.outer(x, d)
        db += d
    g = list(dW1.ravel()) + list(db) + list(dW2.ravel())
    for i in range(len(g)):
        g[i] = g[i] + lam * w[i]
    return g


# %% split_batch
def split_batch(indices, workers):
    shards = [[] for _ in range(workers)]
    for k, i in enumerate(indices):
        shards[k % workers].append(i)
    return shards


# %% average_gradients
def average_gradients(results):
    total, count = 0, 0
    for g, n in results:
        total = total + np.asarray(g)
        count += n
    return list(total / count)
