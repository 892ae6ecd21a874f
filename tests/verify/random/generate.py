# SPDX-License-Identifier: Apache-2.0
"""Program `n` of a seed, always the same one, as a line of `skep batch`."""
import random

import blocks
import calls
import mutate
from bpf import STORE
from program import SLOTS, Program

PRANDOM = 7  # helper


def pieces(of):
    return [piece for piece, _ in of], [weight for _, weight in of]


class Written(Program):
    ALL = pieces(blocks.PIECES + calls.PIECES)
    QUIET = pieces([(f, w) for f, w in blocks.PIECES if f is not blocks.lookup])

    def block(self, count, quiet=False):
        """So many pieces, unless the program is long or deep enough."""
        if self.full or self.depth > 3:
            return
        self.depth += 1
        for piece in self.chance.choices(*(self.QUIET if quiet else self.ALL), k=count):
            piece(self)
        self.depth -= 1


class Plain(Written):
    """Calls nothing but lookups that find the one element of an array, beside which nothing lies, and reads nothing that
    nobody wrote: its numbers are chance's."""
    ALL, keys = pieces(blocks.PIECES), [0]

    def __init__(self, chance, facts, kind):
        super().__init__(chance, facts, kind)
        self.careless = .2

    def pick_map(self, names):
        return "one"

    def body(self):
        for at in SLOTS:
            self.helper(PRANDOM)
            self.emit(STORE[8], 10, 0, at)
        self.block(self.chance.randint(2, 4))


def main_body(p):
    for r in (0, 2, 3, 4, 5, 7, 8, 9):
        if p.some(.4):
            p.fresh_number(r)
    p.block(p.chance.randint(2, 9))


def program(facts, seed, n, corpus=()):
    chance = random.Random(f"{seed}:{n}")
    if corpus and chance.random() < .1:
        return mutate.spoilt(chance, corpus[int(chance.random() * len(corpus))], chance.randint(1, 2))
    p = Written(chance, facts)
    p.write(main_body)
    line = p.line()
    return mutate.spoilt(chance, line, chance.choice([1, 1, 1, 2, 3])) if chance.random() < .4 else line
