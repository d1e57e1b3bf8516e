# Makes stats/testdata/tests.json: reference figures of scipy and numpy.
import json, numpy as np, scipy
from scipy import stats
rng = np.random.default_rng(20261122)
out = {"made_by": f"scipy {scipy.__version__}, numpy {np.__version__}: stats/testdata/tests.py", "samples": [], "holm": [], "power": []}
def sample(a, b):
    w = stats.ttest_ind(b, a, equal_var=False); ci = w.confidence_interval(0.95)
    r = {"a": list(a), "b": list(b), "welch": {"t": w.statistic, "dof": w.df, "p": w.pvalue, "low": ci.low, "high": ci.high,
         "greater": stats.ttest_ind(b, a, equal_var=False, alternative="greater").pvalue},
         "mannwhitney": stats.mannwhitneyu(a, b, alternative="two-sided", method="exact" if len(set(a)|set(b)) == len(a)+len(b) else "auto").pvalue,
         "ties": len(set(a)|set(b)) != len(a)+len(b)}
    if len(a) == len(b):
        p = stats.ttest_rel(b, a); ci = p.confidence_interval(0.95)
        r["paired"] = {"t": p.statistic, "dof": p.df, "p": p.pvalue, "low": ci.low, "high": ci.high}
    o = stats.ttest_1samp(a, 1.0, alternative="greater"); ci = stats.ttest_1samp(a, 1.0).confidence_interval(0.95)
    r["one"] = {"t": o.statistic, "dof": o.df, "p": o.pvalue, "low": ci.low, "high": ci.high}
    out["samples"].append(r)
sample(np.round(rng.normal(5, .03, 5), 6).tolist(), np.round(rng.normal(5.1, .03, 5), 6).tolist())
sample(np.round(rng.normal(1, .5, 3), 6).tolist(), np.round(rng.normal(1, 2, 9), 6).tolist())
sample(np.round(rng.normal(0, 1, 12), 6).tolist(), np.round(rng.normal(0, 1, 12), 6).tolist())
sample([1.0, 2.0], [1.5, 7.0])
def holm(p):
    p = np.array(p); o = np.argsort(p, kind="stable"); m = len(p)
    adj = np.empty(m); adj[o] = np.minimum(1, np.maximum.accumulate(p[o] * (m - np.arange(m))))
    return adj.tolist()
for p in ([0.01, 0.04, 0.03, 0.005], [0.5], np.round(rng.uniform(0, .2, 12), 6).tolist()):
    out["holm"].append({"p": p, "adjusted": holm(p)})
# exact power of Welch's test with equal spreads: the noncentral t
def need(effect, sd, alpha, power):
    for n in range(2, 1001):
        df = 2*(n-1); nc = effect/(sd*np.sqrt(2/n))
        if 1 - stats.nct.cdf(stats.t.ppf(1-alpha, df), df, nc) >= power: return n
for e, sd, al, pw in [(0.0953, .03, .05, .8), (0.0953, .03, .01, .95), (.05, .03, .01, .8), (.02, .03, .05, .8), (.5, .1, .05, .9), (.01, .03, .0005, .95)]:
    out["power"].append({"effect": e, "sd": sd, "alpha": al, "power": pw, "n": need(e, sd, al, pw)})
# bootstrap: standard error of the mean is sd/sqrt(n) (population sd), by theory
xs = np.round(rng.lognormal(3, .4, 200), 5)
times = rng.integers(0, 4, 200)
rep = np.repeat(xs, times)
out["resample"] = {"xs": xs.tolist(), "times": times.tolist(), "mean": rep.mean(), "p50": np.percentile(rep, 50), "p99": np.percentile(rep, 99), "p99.9": np.percentile(rep, 99.9)}
b = stats.bootstrap((xs,), np.mean, n_resamples=20000, rng=1); m = stats.bootstrap((xs,), np.median, n_resamples=20000, rng=1)
out["bootstrap"] = {"mean_se": float(b.standard_error), "median_se": float(m.standard_error)}
def py(o): return o.item() if isinstance(o, np.generic) else o
json.dump(out, open("tests.json", "w"), indent=1, default=py)
