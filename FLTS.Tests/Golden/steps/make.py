"""Makes next-times.json: the times that pandas' date_range gives for its frequencies, from their definitions alone.

Standard library only (pandas was not at hand): the days of a frequency are found by walking the calendar day by day and asking of each
whether it belongs to it, so that nothing is shared with the arithmetic that is tested. Where pandas is at hand, --check compares.
"""
import json
import os
import sys
from datetime import datetime, timedelta

HERE = os.path.dirname(os.path.abspath(__file__))
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
COUNT = 24


def first(day):
    return day.day == 1


def last(day):
    return (day + timedelta(days=1)).day == 1


def of(edge, months):
    return lambda day: edge(day) and day.month in months


def every(month, apart):
    return {(month - 1 + apart * k) % 12 + 1 for k in range(12)}


days = {"B": ("business_day", lambda day: day.weekday() < 5), "MS": ("month", first), "ME": ("month_end", last)}
for m, name in enumerate(MONTHS, 1):
    days[f"QS-{name}"] = ("quarter", of(first, every(m, 3)))
    days[f"QE-{name}"] = ("quarter_end", of(last, every(m, 3)))
    days[f"YS-{name}"] = ("year", of(first, {m}))
    days[f"YE-{name}"] = ("year_end", of(last, {m}))

fixed = {"15min": timedelta(minutes=15), "h": timedelta(hours=1), "7h": timedelta(hours=7), "D": timedelta(days=1),
         "W-MON": timedelta(days=7), "2min": timedelta(minutes=2)}


def walk(start, belongs, count):
    day, found = start, []
    while len(found) < count:
        if belongs(day):
            found.append(day)
        day += timedelta(days=1)
    return found


cases = []
for freq, (step, belongs) in days.items():
    for begin in (datetime(2019, 11, 30), datetime(1999, 12, 31, 6, 30, 59)):
        cases.append((freq, step, walk(begin, belongs, COUNT)))
for freq, step in fixed.items():
    for begin in (datetime(2020, 2, 24), datetime(1999, 12, 27, 23, 58)):
        cases.append((freq, str(step), [begin + k * step for k in range(COUNT)]))

if "--check" in sys.argv:
    import pandas as pd
    for freq, _, times in cases:
        assert list(pd.date_range(times[0], periods=COUNT, freq=freq).to_pydatetime()) == times, (freq, times[0])

with open(os.path.join(HERE, "next-times.json"), "w") as file:
    lines = [json.dumps({"freq": f, "step": s, "times": [t.isoformat() for t in times]}) for f, s, times in cases]
    file.write("[\n" + ",\n".join(lines) + "\n]\n")
