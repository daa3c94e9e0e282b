using FLTS.Forecasting.Baselines;
using FLTS.Forecasting.Metrics;
using FLTS.Forecasting.Recurrent;
using FLTS.Forecasting.Recurrent.Training;
using FLTS.Forecasting.Safetensors;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Recurrent;

[TestFixture("LSTM")]
[TestFixture("GRU")]
public sealed class RecurrentFitTests(string type)
{
    private readonly RecurrentFamily _family = type == "LSTM" ? RecurrentFamily.Lstm : RecurrentFamily.Gru;

    [TestCase("residual", "false")]
    [TestCase("level", "false")]
    [TestCase("residual", "true")]
    [TestCase("level", "true")]
    public void It_learns_what_the_last_value_does_not_know(string mode, string log)
    {
        var series = Toy.Series(600);
        var fit = Toy.Fit(_family, $$"""{"epochs": 15, "hidden_size": 16, "target_mode": "{{mode}}", "log1p": {{log}}}""", series);
        using var model = fit.Model;
        var naive = new NaiveFamily();
        using var last = naive.Create(naive.Normalise(null)).Fit(new TrainingSet(series, 480), Toy.Context).Model;

        var (own, reference) = (
            OneStepMetrics.Of(model, new TrainingSet(series, 480), default)!,
            OneStepMetrics.Of(last, new TrainingSet(series, 480), default)!);

        Assert.That(own.ValRmse, Is.LessThan(0.6 * reference.ValRmse!.Value), "validation rmse against the naive forecast's");
        Assert.That(
            fit.History[fit.BestEpoch!.Value - 1].ValRmse,
            Is.EqualTo(own.ValRmse).Within(1e-5),
            "the kept weights are those of the best epoch, and its metrics are on the series' scale");
        Assert.That(fit.History[fit.BestEpoch!.Value - 1].ValMae, Is.EqualTo(own.ValMae).Within(1e-5));
        Assert.That(fit.History[fit.BestEpoch!.Value - 1].ValR2, Is.EqualTo(own.ValR2).Within(1e-3));
        Assert.That(fit.History.Min(e => e.ValLoss), Is.EqualTo(fit.History[fit.BestEpoch!.Value - 1].ValLoss));
    }

    [Test]
    public void The_same_seed_gives_the_same_weights_even_with_another_training_beside_it()
    {
        const string options = """{"dropout": 0.2, "seed": 7}""";
        using var alone = Toy.Fit(_family, options).Model;
        var beside = Task.Run(() => Toy.Fit(RecurrentFamily.Gru, """{"dropout": 0.5, "seed": 9, "epochs": 6}""").Model);
        using var accompanied = Toy.Fit(_family, options).Model;
        using var other = beside.Result;
        using var reseeded = Toy.Fit(_family, """{"dropout": 0.2, "seed": 8}""").Model;

        Assert.That(accompanied.Save()["weights.safetensors"], Is.EqualTo(alone.Save()["weights.safetensors"]));
        Assert.That(reseeded.Save()["weights.safetensors"], Is.Not.EqualTo(alone.Save()["weights.safetensors"]));
    }

    [Test]
    public void Rows_after_the_validation_start_do_not_move_the_weights()
    {
        var (one, two) = (Toy.Series(), Toy.Series());
        for (var t = 240; t < 300; t++)
            two.Values[0][t] = two.Values[1][t] = 0.3;

        using var first = Toy.Fit(_family, """{"epochs": 1}""", one).Model;
        using var second = Toy.Fit(_family, """{"epochs": 1}""", two).Model;

        Assert.That(second.Save()["weights.safetensors"], Is.EqualTo(first.Save()["weights.safetensors"]));
    }

    [Test]
    public void Refitting_on_all_rows_uses_them_and_says_so()
    {
        using var plain = Toy.Fit(_family).Model;
        var fit = Toy.Fit(_family, """{"refit_on_all": true}""");
        using var refitted = fit.Model;
        using var before = fit.BeforeRefit!;

        Assert.That(
            before.Save()["weights.safetensors"], Is.EqualTo(plain.Save()["weights.safetensors"]), "what had not seen the validation part");
        Assert.That(fit.FittedRows, Is.EqualTo(new RowSpan(0, 300)));
        Assert.That(fit.ValidatedRows, Is.EqualTo(new RowSpan(240, 300)));
        Assert.That(refitted.Save()["weights.safetensors"], Is.Not.EqualTo(plain.Save()["weights.safetensors"]));
    }

    [Test]
    public void Training_stops_after_patience_epochs_without_a_better_one()
    {
        // Pure noise without a future: the validation loss soon only rises.
        var series = Toy.Series(120);
        var random = new Random(3);
        for (var t = 0; t < series.Rows; t++)
            series.Values[0][t] = series.Values[1][t] = random.NextDouble();
        var fit = Toy.Fit(_family, """{"epochs": 200, "patience": 3, "hidden_size": 32, "target_mode": "level"}""", series);
        using var model = fit.Model;

        Assert.That(fit.History, Has.Count.LessThan(200).And.Count.EqualTo(fit.BestEpoch + 3));
    }

    [TestCase("mae", "constant")]
    [TestCase("huber", "cosine")]
    public void Every_loss_falls_while_it_learns(string loss, string schedule)
    {
        var fit = Toy.Fit(
            _family,
            $$"""{"epochs": 6, "loss": "{{loss}}", "schedule": "{{schedule}}", "weight_decay": 1e-5, "horizon": 3, "standardise": false,"""
            + $$""" "target_mode": "level"}""");
        using var model = fit.Model;

        Assert.That(fit.History[^1].TrainLoss, Is.LessThan(0.7 * fit.History[0].TrainLoss));
    }

    [Test]
    public void Without_a_validation_part_the_last_epoch_is_kept()
    {
        var fit = Toy.Fit(_family, validationStart: 300);
        using var model = fit.Model;

        Assert.That(fit.BestEpoch, Is.EqualTo(3));
        Assert.That(fit.History, Has.All.Matches<EpochMetrics>(e => e.ValLoss is null && e.ValR2 is null));
        Assert.That(fit.Warnings, Has.One.Contains("last epoch"));
    }

    [Test]
    public void Too_few_rows_are_refused_with_the_number_needed()
    {
        Assert.That(
            () => Toy.Fit(_family, series: Toy.Series(12), validationStart: 10),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("needs 11 rows").And.Message.Contains("has 10 of 10 rows"));
    }

    [Test]
    public void Members_learn_each_for_itself_and_answer_with_their_mean()
    {
        // Without a limit on their common gradient nothing joins them: the first member is the net it would be
        // alone, but for Adam's epsilon.
        var series = Toy.Series();
        const string free = """{"gradient_clip": 0, "epochs": 1, "loss": "huber", "huber_delta": 0.5""";
        using var alone = Toy.Fit(_family, free + "}", series).Model;
        var fit = Toy.Fit(_family, free + """, "members": 2}""", series);
        using var both = fit.Model;

        var (one, two) = (Tensors(alone), Tensors(both));
        Assert.That(
            two.Keys, Is.SupersetOf(one.Keys.Where(k => !k.StartsWith("norm", StringComparison.Ordinal)).Select(k => "member_1." + k)));
        foreach (var (name, tensor) in one)
            Assert.That(two[name].Values, Is.EqualTo(tensor.Values).Within(2e-3), name);
        Assert.That(two["member_1.fc.weight"].Singles, Is.Not.EqualTo(two["fc.weight"].Singles));

        var second = two.Where(t => t.Key.StartsWith("member_1.", StringComparison.Ordinal))
            .ToDictionary(t => t.Key[9..], t => t.Value with { Name = t.Key[9..] });
        using var other = _family.Load(alone.Signature, Toy.Small(free + "}"), new Dictionary<string, byte[]>
        {
            ["weights.safetensors"] = SafetensorsFile.Write(
                [.. second.Values, .. two.Values.Where(t => t.Name.StartsWith("norm", StringComparison.Ordinal))]),
        });
        var (first, last, mean) = (
            alone.Forecast(SeriesWindows.Of(series, [250]), 1),
            other.Forecast(SeriesWindows.Of(series, [250]), 1),
            both.Forecast(SeriesWindows.Of(series, [250]), 1));
        Assert.That(mean[0, 0, 1], Is.EqualTo((first[0, 0, 1] + last[0, 0, 1]) / 2).Within(2e-3));

        static IReadOnlyDictionary<string, NamedTensor> Tensors(IFittedForecaster model) =>
            SafetensorsFile.Read(model.Save()["weights.safetensors"], "w").ToDictionary();
    }

    [Test]
    public void Logarithms_without_known_units_are_refused()
    {
        var forecaster = _family.Create(_family.Normalise(Toy.Small("""{"log1p": true}""")));
        Assert.That(
            () => forecaster.Fit(new TrainingSet(Toy.Series(), 240), Toy.Context),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("log1p").And.Message.Contains("scaler"));
    }

    [Test]
    public void A_diverging_training_is_refused_with_the_reason()
    {
        var series = Toy.Series();
        for (var t = 0; t < series.Rows; t++)
            series.Values[0][t] *= 1e25;
        Assert.That(
            () => Toy.Fit(_family, """{"standardise": false, "target_mode": "level"}""", series),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("diverged").And.Message.Contains("learning_rate"));
    }

    [TestCase(900, ExpectedResult = false)]
    [TestCase(1100, ExpectedResult = true)]
    public bool A_loss_a_thousand_times_that_of_the_first_epoch_has_exploded(double loss) =>
        TrainingStage.HasExploded([Epoch(1, 1), Epoch(2, 0.5)], Epoch(3, loss));

    [Test]
    public void A_hole_is_refused_by_column_and_row()
    {
        var series = Toy.Series();
        series.Values[1][5] = double.NaN;
        Assert.That(
            () => Toy.Fit(_family, series: series),
            Throws.TypeOf<InvalidInputException>().With.Message.Contains("'b'").And.Message.Contains("row 5"));
    }

    [Test]
    public void Progress_is_told_every_epoch_and_cancelling_stops_between_batches()
    {
        using var source = new CancellationTokenSource();
        var told = new List<FitProgress>();
        var context = new FitContext(1, new Listener(p =>
        {
            told.Add(p);
            if (p.Done == 2)
                source.Cancel();
        }), source.Token);

        Assert.That(
            () => _family.Create(_family.Normalise(Toy.Small("""{"epochs": 50}"""))).Fit(new TrainingSet(Toy.Series(), 240), context),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(told.Select(p => (p.Done, p.Total, p.Epoch!.Epoch)), Is.EqualTo(new[] { (1, 50, 1), (2, 50, 2) }));
    }

    /// <param name="block">Trainings between two looks.</param>
    [TestCase(4, Category = TestCategories.Slow)]
    [TestCase(15, Category = TestCategories.Soak)]
    public void Trainings_leave_no_memory_behind_after_the_fifth(int block)
    {
        // Wide, so that one tensor of a training left behind would show: weights, gradients and Adam's moments of one net take 13 MB.
        const string options = """{"hidden_size": 256, "epochs": 1, "batch_size": 128, "dropout": 0.1}""";
        for (var i = 0; i < 5; i++)
            Toy.Fit(_family, options).Model.Dispose();
        var (tensors, memory) = Measure();
        var (tensorsAfter, before, growths) = (0L, memory, new List<long>());
        for (var look = 0; look < 3; look++)
        {
            for (var i = 0; i < block; i++)
                Toy.Fit(_family, options).Model.Dispose();
            (tensorsAfter, var memoryAfter) = Measure();
            growths.Add(memoryAfter - before);
            before = memoryAfter;
        }

        // Other tests of this process take and return memory meanwhile; what trainings leave behind would show in every block.
        TestContext.Out.WriteLine(
            $"{type}: {string.Join(", ", growths.Select(g => $"{g / 1e6:f1}"))} MB more after {block} further trainings each");
        Assert.That(
            tensorsAfter,
            Is.LessThanOrEqualTo(tensors + (2 * 3 * block)),
            "tensors alive; TorchSharp's linear layer counts its two parameters twice, without memory behind them");
        Assert.That(growths.Min(), Is.LessThan(10L << 20), "bytes of the process more than a look before");
    }

    [Test, Category(TestCategories.Soak)]
    [NonParallelizable] // Tests themselves add tensors up as they please.
    public async Task A_garbage_collector_that_never_rests_changes_no_weight()
    {
        // Adam, Huber's loss, dropout and logarithms: whatever hands a number to libtorch. An object that was let go of while libtorch
        // reads it would be another number.
        const string options =
            """{"hidden_size": 8, "members": 2, "epochs": 30, "dropout": 0.2, "weight_decay": 0.001, "loss": "huber", "huber_delta": 2,"""
            + """ "log1p": true}""";
        var undisturbed = Toy.Weights(Toy.Fit(_family, options));
        using var enough = new CancellationTokenSource();
        var collecting = Task.Run(() =>
        {
            while (!enough.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });

        var disturbed = Toy.Weights(Toy.Fit(_family, options));
        await enough.CancelAsync();
        await collecting;

        Assert.That(disturbed.AsSpan().SequenceEqual(undisturbed), "the same seed gave other weights while garbage was collected");
    }

    private static EpochMetrics Epoch(int epoch, double loss) => new(epoch, loss, 0, 0, 0, null, null, null, null);

    private static (long Tensors, long Memory) Measure()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (TorchSharp.torch.Tensor.TotalCount, Environment.WorkingSet);
    }

    private sealed class Listener(Action<FitProgress> told) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => told(value);
    }
}
