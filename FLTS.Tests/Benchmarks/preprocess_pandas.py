"""The job of `flts bench preprocess` with pandas and scikit-learn: argv is the CSV and a folder for what is written.

Read, parse times, lay on the grid, impute (train linear in time, test causally), calendar, MinMax fitted on train, masks, write.
Prints one JSON object; seconds are those of the job, without the imports.
"""
import sys
import time

started = time.perf_counter()
import json
import os

import numpy as np
import pandas as pd
from sklearn.preprocessing import MinMaxScaler

try:
    import pyarrow  # noqa: F401
    FORMAT = "parquet"
except ImportError:
    FORMAT = "npy"  # What is fastest without an Arrow library: the bytes as they are in memory.

imported = time.perf_counter()
source, folder = sys.argv[1:]
frame = pd.read_csv(source, parse_dates=["time"], index_col="time")
if not frame.index.is_monotonic_increasing:
    frame = frame.sort_index()
frame = frame[~frame.index.duplicated(keep="last")]
step = pd.Series(np.diff(frame.index.values)).mode()[0]
read = len(frame)
frame = frame.asfreq(step)

cut = len(frame) - int(np.ceil(len(frame) * 0.2))
train, test = frame.iloc[:cut], frame.iloc[cut:]
masks = train.notna(), test.notna()
scaler = MinMaxScaler()
train_values = scaler.fit_transform(train.interpolate(method="linear", limit_direction="both"))
test_values = scaler.transform(test.ffill())


def calendar(index):
    columns = []
    for value, period in ((index.hour * 60 + index.minute, 1440), (index.dayofweek, 7), (index.dayofyear, 365.25)):
        angle = 2 * np.pi * value.to_numpy() / period
        columns += [np.sin(angle), np.cos(angle)]
    return np.column_stack(columns)


NAMES = [f"{name}_{circle}" for name in ("min_of_day", "day_of_week", "day_of_year") for circle in ("sin", "cos")]
for name, part, values, mask in (("train", train, train_values, masks[0]), ("test", test, test_values, masks[1])):
    features = calendar(part.index)
    if FORMAT == "parquet":
        whole = pd.DataFrame(np.hstack([values, features]), index=part.index, columns=list(part.columns) + NAMES)
        whole[[f"{c}#observed" for c in part.columns]] = mask.to_numpy()
        if name == "test":
            whole[[f"{c}#truth" for c in part.columns]] = part.to_numpy()
        whole.to_parquet(os.path.join(folder, f"{name}.parquet"), compression="snappy")
    else:
        np.save(os.path.join(folder, f"{name}.npy"), np.hstack([values, features]))
        np.save(os.path.join(folder, f"{name}.time.npy"), part.index.to_numpy())
        np.save(os.path.join(folder, f"{name}.observed.npy"), mask.to_numpy())
        if name == "test":
            np.save(os.path.join(folder, f"{name}.truth.npy"), part.to_numpy())
ended = time.perf_counter()

# ru_maxrss would count what the process was before it became this one.
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
print(json.dumps({
    "rows": read,
    "seconds": ended - imported,
    "cpu_seconds": time.process_time(),
    "import_seconds": imported - started,
    "peak_memory_bytes": peak,
    "bytes_written": sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder)),
    "format": FORMAT,
    "versions": f"pandas {pd.__version__}",
}))
