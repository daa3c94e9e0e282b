"""Load by Locust, for those who measure with it:  locust -f deploy/locustfile.py --host http://127.0.0.1:8080 --headless -u 10 -r 2 -t 2m

FLTS_KEY: an API key (not needed on loopback).  FLTS_IDENTIFIER: what is asked for (default: every champion).
"""
import os
import random

from locust import HttpUser, constant, task


class Forecaster(HttpUser):
    wait_time = constant(0)

    def on_start(self):
        if key := os.environ.get("FLTS_KEY"):
            self.client.headers["X-Api-Key"] = key
        if named := os.environ.get("FLTS_IDENTIFIER"):
            self.identifiers = [named]
        else:
            self.identifiers = [c["identifier"] for c in self.client.get("/champions").json()["items"]]

    @task
    def predict(self):
        body = {"identifier": random.choice(self.identifiers), "inference_length": random.choice([1, 10])}
        with self.client.post("/predict", json=body, catch_response=True) as answer:
            if answer.status_code == 429:  # The server says that it has enough to do: no failure.
                answer.success()
