"""The command: ``python -m simulated --calls 500 --seed 7 --rate 0.1``; exit 0 only where everything holds."""

import argparse
import gc
import json
import logging
import os
import pickle
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

from simulated import report
from simulated.dice import number
from simulated.plan import Plan, planned
from simulated.running import Outcome, run
from simulated.servers import Servers, started
from simulated.shrinking import described, first_guess, shrunk

WORLD_CALLS = 480
"""So many calls are one world: small enough to be looked at, long enough for weeks of a salon."""
AT_ONCE = (os.cpu_count() or 1) + 2
"""Worlds that are played beside each other: each waits for its servers about half of the time."""


def main() -> int:
    """Run the worlds, print a line for each, then the sum."""
    asked = _arguments()
    logging.basicConfig(level=asked.log.upper(), format="%(levelname)s %(name)s %(message)s")
    if asked.world is not None:
        _one(asked)
    if asked.keep:
        Path(asked.keep).mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    seeds = _seeds(asked.seed, asked.calls)
    results = list(_all(asked, seeds))
    summed = _summed(asked, results, time.perf_counter() - began)
    if asked.record:
        report.record(summed)
    if asked.json:
        Path(asked.json).write_text(json.dumps(summed, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(_last_line(summed))
    return 0 if summed["holds"] else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulated", description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0.1, help="share of messages that something happens to")
    parser.add_argument("--json", help="file for the result")
    parser.add_argument("--log", default="critical")
    parser.add_argument("--record", action="store_true", help="add the run to docs/reliability.json")
    parser.add_argument(
        "--shrink", type=int, default=8, help="how many tries a failing world may take to become smaller"
    )
    parser.add_argument(
        "--keep",
        help="folder for a file of each world (with --world, that file): what was said and what is so",
    )
    parser.add_argument("--world", type=int, help="one world of exactly this seed, in this process")
    return parser.parse_args()


def _seeds(seed: int, calls: int) -> list[tuple[int, int]]:
    """Worlds with their numbers of calls. A world has a seed of its own, by which alone it can be played again."""
    sizes = [WORLD_CALLS] * (calls // WORLD_CALLS)
    if rest := calls % WORLD_CALLS:
        sizes.append(rest)
    if len(sizes) == 1:
        return [(seed, sizes[0])]
    return [(int(number(seed, "world", index) * 2**31), size) for index, size in enumerate(sizes)]


def _all(asked: argparse.Namespace, seeds: list[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    with ThreadPoolExecutor(min(AT_ONCE, len(seeds))) as pool:
        for result in pool.map(lambda world: _elsewhere(asked, *world), seeds):
            print(_line(result), flush=True)
            for text in result["violations"][:10] + result["bugs"][:10]:
                print(f"    {text}", flush=True)
            for text in result.get("smallest", ()):
                print(f"      smallest: {text}", flush=True)
            if not result["holds"]:
                print(
                    f"    again: make simulate SEED={result['seed']} CALLS={result['calls']} RATE={result['rate']}",
                    flush=True,
                )
            yield result


def _elsewhere(asked: argparse.Namespace, seed: int, calls: int) -> dict[str, Any]:
    """A world in a process of its own."""
    words = [
        sys.executable,
        "-m",
        "simulated",
        "--world",
        str(seed),
        "--calls",
        str(calls),
        "--rate",
        str(asked.rate),
    ]
    if asked.keep:
        words += ["--keep", str(Path(asked.keep, str(seed)))]
    ran = subprocess.run(
        [*words, "--shrink", str(asked.shrink), "--log", asked.log],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    try:
        result: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        result = {
            "seed": seed, "calls": calls, "rate": asked.rate, "holds": False, "counts": {}, "violations": [], "looked_at": {},
            "bugs": [f"the world ended with {ran.returncode}"], "figures": {},
        }  # fmt: skip
    return result


def _one(asked: argparse.Namespace) -> NoReturn:
    # The dead are kept, and looking through them again and again costs much.
    gc.set_threshold(100_000, 50, 100)
    with started() as servers:
        outcome = run(servers, planned(asked.world, asked.calls, asked.rate))
        result = summary(outcome, asked.calls)
        if not outcome.holds and asked.shrink:
            # Making it smaller takes minutes, and what happens only beside other load may not happen again.
            print(json.dumps(result, ensure_ascii=False, default=str), file=sys.stderr, flush=True)
            result["smallest"] = _smallest(servers, outcome, asked.shrink)
    if asked.keep:
        Path(asked.keep).write_bytes(pickle.dumps(outcome))
    print(json.dumps(result, ensure_ascii=False, default=str), flush=True)
    # At once: on its way out the interpreter would run the code of the killed.
    os._exit(0 if result["holds"] else 1)


def _smallest(servers: Servers, outcome: Outcome, tries: int) -> list[str]:
    """What is left of a plan that fails, once what is not needed was left out."""
    wrong = {(one.kind, one.check) for one in outcome.verdict.violations}

    def fails(plan: Plan) -> bool:
        again = run(servers, plan)
        same = wrong & {(one.kind, one.check) for one in again.verdict.violations}
        return bool(same) or (not wrong and bool(again.bugs))

    guess = first_guess(outcome.plan, outcome.verdict.violations)
    begun = guess if guess and fails(guess) else outcome.plan
    return described(shrunk(begun, fails, tries=tries))


def summary(outcome: Outcome, calls: int) -> dict[str, Any]:
    """An outcome in figures."""
    return {
        "seed": outcome.plan.seed,
        "calls": calls,
        "rate": outcome.plan.rate,
        "begins": outcome.plan.begins.isoformat(),
        "holds": outcome.holds,
        "counts": outcome.verdict.counts,
        "looked_at": outcome.verdict.looked_at,
        "violations": [
            f"{one.kind} ({one.check}): {one.text} {list(one.entries)}" for one in outcome.verdict.violations
        ],
        "bugs": outcome.bugs,
        "figures": outcome.figures,
    }


def _summed(asked: argparse.Namespace, results: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    added: dict[str, Counter[str]] = {
        name: Counter() for name in ("counts", "looked_at", "faults", "statuses", "deeds", "messages")
    }
    for result in results:
        for name, counter in added.items():
            counter.update(result[name] if name in result else result["figures"].get(name, {}))
    return {
        "seed": asked.seed,
        "calls": asked.calls,
        "rate": asked.rate,
        "holds": all(result["holds"] for result in results),
        "seconds": round(seconds),
        "days": round(sum(result["figures"].get("days", 0) for result in results), 1),
        "kills": sum(result["figures"].get("kills", 0) for result in results),
        "bugs": sum(len(result["bugs"]) for result in results),
        **{name: dict(counter) for name, counter in added.items()},
        "worlds": [
            {name: result[name] for name in ("seed", "calls", "holds", "counts")} for result in results
        ],
    }


def _line(result: dict[str, Any]) -> str:
    figures, wrong = result["figures"], {kind: count for kind, count in result["counts"].items() if count}
    words = "all holds" if result["holds"] else f"{wrong or ''} {len(result['bugs'])} bugs"
    faults = sum(figures.get("faults", {}).values())
    return (
        f"world {result['seed']}: {result['calls']} calls in {figures.get('days', 0)} days, {faults} faults, "
        f"{figures.get('kills', 0)} kills, {figures.get('real_s', 0)} s ({figures.get('cpu_s', 0)} s of work): {words}"
    )


def _last_line(summed: dict[str, Any]) -> str:
    counts = ", ".join(f"{count} {kind}" for kind, count in summed["counts"].items())
    return (
        f"{summed['calls']} calls, {summed['days']} days, {sum(summed['faults'].values())} faults, {summed['kills']} kills, "
        f"{summed['seconds']} s: {counts}, {summed['bugs']} bugs"
    )


if __name__ == "__main__":
    sys.exit(main())
