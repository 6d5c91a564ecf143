"""An average is less noisy than one measurement.

Source: any first course. Data: none. Cost: well under a second.
"""

import matplotlib.pyplot as plt
import numpy as np

from coursenotes import Run, experiment, figure


def average(values):  # (n,) -> scalar
    """The mean, by hand."""
    return sum(values) / len(values)


@experiment(seeds=5, vary={"n": [1, 100]})
def noise(run: Run, n: int):
    """How far the average of n noisy measurements lies from the truth, on average over 200 tries."""
    return {"error": float(np.mean([abs(average(np.random.normal(size=n))) for _ in range(200)]))}


@figure(noise)
def error_by_n(results):
    """The error shrinks with the number of measurements."""
    fig, ax = plt.subplots()
    for settings, group in results.groups():
        ax.plot([settings["n"]] * len(group.seeds), group.metric("error"), "o")
    return fig
