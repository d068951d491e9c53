"""
title = "Indices dealt like cards, lists of lists"
notebook = "easy"
kind = "right"
"""

# %% split_batch
from collections import defaultdict, deque


def split_batch(indices, workers):
    hands, cards = [[] for _ in range(workers)], deque(indices)
    while cards:
        for hand in hands:
            if cards:
                hand.append(cards.popleft())
    return hands
