"""What clients of the replaced system send: 30 rows, their times as ts or timestamp; rows of another step are refused by name."""
import datetime
import json
import os

from locust import HttpUser, between, task

with open(os.environ["FLTS_ROWS"]) as file:
    ROWS = json.load(file)  # {"time": [...], column: [...], ...}
TIMES = ROWS.pop("time")
FIRST = datetime.datetime.fromisoformat(TIMES[0])
MINUTES = [(FIRST + datetime.timedelta(minutes=i)).strftime("%Y-%m-%d %H:%M:%S") for i in range(len(TIMES))]


class Client(HttpUser):
    wait_time = between(0.01, 0.1)

    @task(5)
    def ts(self):
        self.client.post("/predict", json={"data": {"ts": TIMES, **ROWS}, "index_col": "ts"}, params={"inference_length": 1})

    @task(5)
    def timestamp(self):
        self.client.post("/predict", json={"data": {"timestamp": TIMES, **ROWS}, "inference_length": 10})

    @task(1)
    def one_minute(self):
        body = {"data": {"ts": MINUTES, **ROWS}}
        with self.client.post("/predict", json=body, name="/predict one-minute rows", catch_response=True) as answer:
            if answer.status_code == 422 and "the step the model was trained on" in answer.json()["detail"]:
                answer.success()
            else:
                answer.failure(f"{answer.status_code}: {answer.text[:200]}")

    @task(1)
    def ping(self):
        self.client.get("/predict_ping")
