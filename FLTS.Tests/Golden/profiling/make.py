"""Makes train.csv, test.csv and reference.json: a generated station, and what pandas and scipy say of it."""
import json
import numpy as np
import pandas as pd
import scipy
from scipy import stats

rng = np.random.default_rng(20260105)
N, T = 1500, 300  # rows of train and test, ten minutes apart; two days are 288
MAX_GAP = 30      # a longer gap ends the segment


def station(rows, start, first):
    t = np.arange(first, first + rows)
    day = np.sin(2 * np.pi * t / 144)
    frame = pd.DataFrame({
        "smooth": 100 + 30 * day + rng.normal(0, 5, rows),
        "bursts": np.exp(rng.normal(12, 1.5, rows)),
        "offset": 1e9 + rng.normal(0, 1e-3, rows),  # few digits of a double are left for its spread
        "large": 1e90 * (2 + day + rng.normal(0, 0.1, rows)),
        "counts": rng.poisson(3, rows).astype(float),
        "flat": np.full(rows, 5.5),
        "sparse": np.where(rng.random(rows) < 0.6, np.nan, rng.normal(0, 1, rows)),
        "rare": np.where(t == first + 7, 3.25, np.nan),
    }, index=pd.date_range(start, periods=rows, freq="10min"))
    frame.loc[rng.random(rows) < 0.02, "smooth"] = np.nan
    return frame


train = station(N, "2026-01-05", 0)
test = station(T, train.index[-1] + pd.Timedelta("10min"), N)
test["smooth"] += 12
test["bursts"] *= 1.7
test["flat"] = 5.5
# A gap of five rows, a long one that ends the segment, and one row in the long one's middle left out with it.
train = train.drop(train.index[200:205]).drop(train.index[700:760])


def on_grid(frame):
    """Rows on their grid; short gaps filled with missing rows, segments numbered."""
    steps = (frame.index.to_series().diff() / pd.Timedelta("10min")).fillna(1).round().astype(int)
    segment = (steps - 1 > MAX_GAP).cumsum()
    parts = [g.asfreq("10min") for _, g in frame.groupby(segment)]
    return parts


def standard(x, by):
    """Shifted by about its mean and scaled: sums of powers of 1e90 would overflow, and those of 1e9 + 1e-3 lose their digits."""
    shift = by.median() if len(by) else 0.0
    scale = (by - shift).abs().max()
    scale = scale if scale > 0 else 1.0
    return (x - shift) / scale, scale


def moments(x):
    x = x.dropna()
    flat = len(x) > 0 and x.max() - x.min() == 0
    y, scale = standard(x, x)
    nan = lambda v: None if v is None or not np.isfinite(v) else float(v)
    return {
        "count": int(len(x)), "flat": bool(flat),
        "mean": nan(x.mean()), "sd": nan(y.std() * scale), "min": nan(x.min()), "max": nan(x.max()),
        **{k: nan(np.quantile(x, q)) if len(x) else None for k, q in [("q05", .05), ("q25", .25), ("median", .5), ("q75", .75), ("q95", .95)]},
        "skew": None if flat else nan(y.skew()), "kurtosis": None if flat else nan(y.kurt()),
    }


def autocorrelation(parts, column, lag):
    pairs = pd.concat([pd.DataFrame({"x": p[column].shift(lag), "y": p[column]}) for p in parts]).dropna()
    if len(pairs) < 3 or pairs.x.max() == pairs.x.min() or pairs.y.max() == pairs.y.min():
        return None
    return float(np.corrcoef(standard(pairs.x, pairs.x)[0], standard(pairs.y, pairs.y)[0])[0, 1])


def drift(a, b):
    a, b = a.dropna(), b.dropna()
    if len(a) < 2 or len(b) < 2:
        return None
    (x, _), (y, _) = standard(a, a), standard(b, a)
    flat = a.max() == a.min()
    return {
        "mean_shift": None if flat else float((y.mean() - x.mean()) / x.std()),
        "sd_ratio": None if flat else float(y.std() / x.std()),
        "ks": float(stats.ks_2samp(a, b).statistic),
    }


def profile(train, test):
    parts, rest = on_grid(train), [] if test is None else on_grid(test)
    whole = pd.concat([train] + ([] if test is None else [test]))
    if test is None:
        grid = pd.concat(parts)
        cut = len(grid) - int(np.ceil(len(grid) * 0.2 - 1e-9))
        a, b = grid.iloc[:cut], grid.iloc[cut:]
    else:
        a, b = train, test
    return {c: {
        **moments(whole[c]), "missing": int(whole[c].isna().sum()),
        "one_step": autocorrelation(parts + rest, c, 1), "one_hour": autocorrelation(parts + rest, c, 6), "one_day": autocorrelation(parts + rest, c, 144),
        "drift": drift(a[c], b[c]),
    } for c in train.columns}


def series(frame):
    parts = on_grid(frame)
    rows = sum(len(p) for p in parts)
    gap_rows = rows - len(frame)
    steps = frame.index.to_series().diff().dropna() / pd.Timedelta("10min")
    return {"rows_read": len(frame), "rows": rows, "gap_rows": gap_rows, "gaps": int(((steps > 1) & (steps - 1 <= MAX_GAP)).sum()),
            "long_gaps": len(parts) - 1, "segments": len(parts), "step_seconds": 600.0, "regular_share": float((steps == 1).mean())}


for name, frame in (("train", train), ("test", test)):
    frame.to_csv(f"{name}.csv", index_label="time", float_format="%.17g")
# What was written is what is compared.
train, test = (pd.read_csv(f"{n}.csv", index_col="time", parse_dates=True, float_precision="round_trip") for n in ("train", "test"))
with open("reference.json", "w") as file:
    json.dump({
        "versions": {"pandas": pd.__version__, "numpy": np.__version__, "scipy": scipy.__version__},
        "train_series": series(train), "test_series": series(test),
        "alone": profile(train, None), "with_test": profile(train, test),
    }, file, indent=1)
