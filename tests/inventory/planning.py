"""Random plans and the slow way to answer the same questions: by counting paths of single parts."""

from collections import deque
from itertools import product

from hypothesis import strategies as st

from apps.inventory.decisions.atp.nouns import Need, Source

LAST_DAY = 14


@st.composite
def plans(draw, *, expiring=False):
    """Return sources and needs of one product: few days, small quantities, ties and shortages on purpose."""
    sources = [
        Source(
            f"s{n}",
            draw(st.sampled_from(("north", "south"))),
            None if day == 0 else f"s{n}",
            day,
            draw(st.integers(0, 12)),
            draw(st.none() | st.integers(day, LAST_DAY)) if expiring else None,
            draw(st.integers(0, 1)),
        )
        for n in range(draw(st.integers(0, 5)))
        for day in (draw(st.integers(0, LAST_DAY)),)
    ]
    needs = [
        Need(f"n{n}", draw(st.integers(0, LAST_DAY)), draw(st.integers(1, 9)), (draw(st.integers(0, 3)),))
        for n in range(draw(st.integers(0, 6)))
    ]
    return sources, needs


def fits(source, need):
    """Say whether goods of a source can leave on the day of a need."""
    return source.day <= need.day and (source.until is None or need.day <= source.until)


def most_served(sources, needs):
    """Return the most that all needs together can get on their days: augmenting paths over a table of capacities."""
    start, end = "start", "end"
    room = {(start, s.key): s.quantity for s in sources} | {(n.key, end): n.quantity for n in needs}
    room |= {(s.key, n.key): 10**9 for s, n in product(sources, needs) if fits(s, n)}
    room |= {(b, a): 0 for a, b in list(room)}
    beside = {}
    for a, b in room:
        beside.setdefault(a, []).append(b)
    total = 0
    while path := _path(beside, room, start, end):
        part = min(room[step] for step in path)
        for a, b in path:
            room[a, b] -= part
            room[b, a] += part
        total += part
    return total


def _path(beside, room, start, end):
    came, queue = {start: None}, deque([start])
    while queue:
        at = queue.popleft()
        for node in beside.get(at, ()):
            if node not in came and room[at, node]:
                came[node] = at
                queue.append(node)
    if end not in came:
        return []
    path, at = [], end
    while came[at] is not None:
        path.append((came[at], at))
        at = came[at]
    return path


def most_more(sources, needs, day):
    """Return how much one more need of a day gets while all needs together get what they get without it."""
    able = sum(s.quantity for s in sources)
    return most_served(sources, [*needs, Need("more", day, able)]) - most_served(sources, needs)


def by_formula(sources, needs, day):
    """Return the least of supply less demand from a day on: what is offered where late needs take from later supplies."""

    def up_to(rows, last):
        return sum(row.quantity for row in rows if row.day <= last)

    return max(min(up_to(sources, t) - up_to(needs, t) for t in range(day, LAST_DAY + 1)), 0)
