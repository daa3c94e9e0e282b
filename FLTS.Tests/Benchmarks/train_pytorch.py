"""The job of `flts bench train` in plain PyTorch: argv is LSTM or GRU, columns, targets, windows to learn from, windows to validate, epochs.

Two layers of 128 and a linear head, ten rows a window, batches of 64 gathered by index in a shuffled order, MSE, gradient norm clipped at 1, Adam;
after each epoch the loss of the validation windows in batches of 512. One thread. Values are random: the time does not depend on them.
Prints one JSON object: wall and processor seconds of each epoch.
"""
import json
import os
import sys
import time

# Before the import: torch.set_num_threads does not reach OpenBLAS, whose second thread would spin beside the first.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
import torch

torch.set_num_threads(1)
torch.manual_seed(0)
cell = sys.argv[1]
columns, targets, learned, validated, epochs = map(int, sys.argv[2:])
LENGTH, BATCH, VALIDATION_BATCH = 10, 64, 512

rows = torch.rand(learned + validated + LENGTH, columns)
inputs = rows.unfold(0, LENGTH, 1).transpose(1, 2)[: learned + validated]  # views [windows, length, columns]
outputs = rows[LENGTH:, :targets]


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = getattr(torch.nn, cell)(columns, 128, 2, batch_first=True)
        self.fc = torch.nn.Linear(128, targets)

    def forward(self, x):
        return self.fc(self.rnn(x)[0][:, -1])


net = Net()
loss_of = torch.nn.MSELoss()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
wall, cpu = [], []
for _ in range(epochs):
    started, used = time.perf_counter(), time.process_time()
    for batch in torch.randperm(learned).split(BATCH):
        loss = loss_of(net(inputs[batch]), outputs[batch])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        loss.item()
    with torch.no_grad():
        for batch in torch.arange(learned, learned + validated).split(VALIDATION_BATCH):
            loss_of(net(inputs[batch]), outputs[batch]).item()
    wall.append(time.perf_counter() - started)
    cpu.append(time.process_time() - used)
print(json.dumps({"version": torch.__version__, "wall": wall, "cpu": cpu}))
