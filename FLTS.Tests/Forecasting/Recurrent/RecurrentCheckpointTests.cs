using FLTS.Forecasting.Recurrent;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Recurrent;

/// <summary>A killed training goes on from the bytes it left, and nothing else.</summary>
[TestFixture("LSTM")]
[TestFixture("GRU")]
[Parallelizable]
public sealed class RecurrentCheckpointTests(string type)
{
    private const string Options = """{"epochs": 5, "dropout": 0.2, "seed": 3, "schedule": "plateau"}""";
    private readonly RecurrentFamily _family = type == "LSTM" ? RecurrentFamily.Lstm : RecurrentFamily.Gru;

    [Test]
    public void A_training_killed_after_any_epoch_ends_with_the_weights_of_an_unbroken_one(
        [Values(1, 2, 4, 5)] int epoch,
        [Values] bool beside)
    {
        var unbroken = Fit(Options, null);
        using var expected = unbroken.Model;
        var store = new Store();
        var other = beside ? Task.Run(() => Toy.Fit(RecurrentFamily.Gru, """{"dropout": 0.5, "seed": 9, "epochs": 12}""").Model) : null;

        Kill(Options, store, epoch);
        var told = new List<int>();
        var resumed = Fit(Options, store, told.Add);
        using var model = resumed.Model;
        using var ended = other?.Result;

        Assert.That(told, Is.EqualTo(Enumerable.Range(epoch + 1, 5 - epoch)), "only the epochs that were missing are trained");
        Assert.That(Toy.Weights(resumed), Is.EqualTo(Toy.Weights(unbroken)), "weights, bit for bit");
        Assert.That(resumed.History, Is.EqualTo(unbroken.History));
        Assert.That(resumed.BestEpoch, Is.EqualTo(unbroken.BestEpoch));
        Assert.That((int?)resumed.Diagnostics!["resumed_after_epoch"], Is.EqualTo(epoch));
        Assert.That(unbroken.Diagnostics!["resumed_after_epoch"], Is.Null);
    }

    [Test]
    public void A_training_killed_again_and_again_ends_the_same_too()
    {
        var store = new Store();
        for (var epoch = 1; epoch < 5; epoch++)
            Kill(Options, store, epoch);
        var resumed = Fit(Options, store);
        var unbroken = Fit(Options, null);
        using var first = resumed.Model;
        using var second = unbroken.Model;

        Assert.That(Toy.Weights(resumed), Is.EqualTo(Toy.Weights(unbroken)));
    }

    [Test]
    public void A_refit_on_all_rows_goes_on_where_it_was_killed([Values(2, 5, 6)] int epoch)
    {
        const string options = """{"epochs": 5, "dropout": 0.2, "refit_on_all": true}""";
        var store = new Store();
        var unbroken = Fit(options, null);
        using var expected = unbroken.Model;
        using var expectedBefore = unbroken.BeforeRefit!;

        Kill(options, store, epoch);
        var resumed = Fit(options, store);
        using var model = resumed.Model;
        using var before = resumed.BeforeRefit!;

        Assert.That(Toy.Weights(resumed), Is.EqualTo(Toy.Weights(unbroken)));
        Assert.That(
            before.Save().Values,
            Is.EqualTo(expectedBefore.Save().Values),
            "the net of the selection, whose residuals are kept, is there after a kill too");
        Assert.That(resumed.History, Is.EqualTo(unbroken.History), "the history is that of the selection");
        Assert.That((resumed.BestEpoch, resumed.FittedRows), Is.EqualTo((unbroken.BestEpoch, unbroken.FittedRows)));
    }

    [Test]
    public void Cancelling_within_an_epoch_loses_that_epoch_only()
    {
        var store = new Store();
        using var source = new CancellationTokenSource();
        store.Saved += count =>
        {
            if (count == 2)
                source.Cancel();
        };
        var data = new TrainingSet(Toy.Series(), 240);
        var forecaster = _family.Create(_family.Normalise(Toy.Small(Options)));
        Assert.That(
            () => forecaster.Fit(data, new FitContext(1, null, source.Token, store)),
            Throws.InstanceOf<OperationCanceledException>());

        var told = new List<int>();
        using var model = Fit(Options, store, told.Add).Model;

        Assert.That(told, Is.EqualTo(new[] { 3, 4, 5 }));
    }

    [TestCase(0, Description = "what it belongs to")]
    [TestCase(40, Description = "its digest")]
    [TestCase(2000, Description = "its content")]
    public void A_damaged_checkpoint_is_not_used(int at)
    {
        var store = new Store();
        Kill(Options, store, 2);
        store.Bytes![at] ^= 1;

        Restarts(Options, store);
    }

    [Test]
    public void A_torn_checkpoint_is_not_used([Values(0, 10, 64, 500)] int length)
    {
        var store = new Store();
        Kill(Options, store, 2);
        store.Bytes = store.Bytes![..length];

        Restarts(Options, store);
    }

    [Test]
    public void A_checkpoint_of_other_hyperparameters_or_data_is_not_used()
    {
        var store = new Store();
        Kill(Options, store, 2);

        Restarts("""{"epochs": 5, "dropout": 0.2, "seed": 4, "schedule": "plateau"}""", store.Copy());
        Restarts(Options, store.Copy(), new TrainingSet(Toy.Series(seed: 2), 240));
        Restarts(Options, store.Copy(), new TrainingSet(Toy.Series(), 230));
    }

    private void Restarts(string options, Store store, TrainingSet? data = null)
    {
        var told = new List<int>();
        using var model = Fit(options, store, told.Add, data).Model;
        Assert.That(told, Is.EqualTo(new[] { 1, 2, 3, 4, 5 }), "it starts at the first epoch");
    }

    /// <summary>Ends a training from inside once an epoch is kept, as a kill would: nothing after it runs.</summary>
    private void Kill(string options, Store store, int epoch) =>
        Assert.That(
            () => Fit(options, store, done => _ = done == epoch ? throw new KilledException() : done),
            Throws.TypeOf<KilledException>());

    private FitResult Fit(string options, Store? store, Action<int>? told = null, TrainingSet? data = null) =>
        _family.Create(_family.Normalise(Toy.Small(options)))
            .Fit(
                data ?? new TrainingSet(Toy.Series(), 240),
                new FitContext(1, new Listener(told ?? (_ => { })), CancellationToken.None, store));

    private sealed class Store : ICheckpoint
    {
        private int _saves;

        public event Action<int>? Saved;

        public byte[]? Bytes { get; set; }

        public byte[]? Load() => Bytes;

        public void Save(byte[] state)
        {
            Bytes = state;
            Saved?.Invoke(++_saves);
        }

        public Store Copy() => new() { Bytes = Bytes };
    }

    private sealed class KilledException : Exception;

    private sealed class Listener(Action<int> told) : IProgress<FitProgress>
    {
        /// <summary>Progress counts a refit's epochs after the selection's.</summary>
        public void Report(FitProgress value) => told(value.Done);
    }
}
