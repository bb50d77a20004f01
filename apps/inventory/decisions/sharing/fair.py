"""Fair shares: what is there is split by what everybody wants times a weight, and nobody gets more than he wants."""

from collections.abc import Sequence
from fractions import Fraction

from apps.inventory.decisions.sharing.facts import Line


def fair_shares(lines: Sequence[Line], free: int, *, step: int, least: int = 0) -> list[int]:
    """Return what each line gets, in steps of its unit: proportional, capped by what it wants, the largest remainders first.

    100 over 60, 50 and 40 is 40, 33 and 27. `least` goes to everybody first, in turn, as far as it reaches.
    """
    shares = [0] * len(lines)
    rest = free // step
    for place, line in enumerate(lines):
        shares[place] = min(line.quantity // step, -(-least // step), rest)
        rest -= shares[place]
    open_ones = [place for place, line in enumerate(lines) if line.quantity // step > shares[place]]
    while open_ones and rest > 0:
        wants = {place: lines[place].quantity // step - shares[place] for place in open_ones}
        weights = {place: Fraction(lines[place].weight) * wants[place] for place in open_ones}
        together = sum(weights.values())
        full = [place for place in open_ones if weights[place] * rest >= wants[place] * together]
        if not full:
            _split(shares, weights, rest, wants)
            break
        for place in full:
            shares[place] += wants[place]
        rest -= sum(wants[place] for place in full)
        open_ones = [place for place in open_ones if place not in set(full)]
    return [share * step for share in shares]


def _split(shares: list[int], weights: dict[int, Fraction], rest: int, wants: dict[int, int]) -> None:
    """Split what is left among those who all want more than that."""
    together = sum(weights.values())
    exact = {place: weight * rest / together for place, weight in weights.items()}
    whole = {place: int(share) for place, share in exact.items()}
    left = rest - sum(whole.values())
    for place in sorted(exact, key=lambda p: (whole[p] - exact[p], p)):
        more = 1 if left > 0 and whole[place] < wants[place] else 0
        left -= more
        shares[place] += whole[place] + more
