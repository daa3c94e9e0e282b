using System.Text.Json.Nodes;
using FLTS.Modules.Inference.Models;
using NUnit.Framework;

namespace FLTS.Tests.Inference;

/// <summary>Which rows a forecast without a client's rows starts from.</summary>
[TestFixture, Parallelizable]
internal sealed class NewestRowsTests
{
    private ServingRig _rig = null!;
    private string _name = null!;
    private int _names;

    private NewestRows Newest => _rig.Get<NewestRows>();

    [OneTimeSetUp]
    public async Task Start() => _rig = await ServingRig.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _rig.DisposeAsync();

    /// <summary>A dataset for each test: the parts are shared.</summary>
    [SetUp]
    public void Begin() => _name = $"station-{++_names}";

    [Test]
    public async Task At_first_they_are_as_many_rows_as_the_model_looks_back_at_the_end_of_its_data([Values] bool hasLags)
    {
        // AR looks at ten rows and their lags, NAIVE at one and at none.
        var model = hasLags
            ? await _rig.LoadAsync(_name, DatasetClient.Csv(0, 300), new JsonObject { ["lags"] = new JsonArray(1, 5) }, "AR")
            : await LoadAsync();

        var rows = await Newest.OfAsync(model, default);

        Assert.That(rows.Series!.Rows, Is.EqualTo(hasLags ? (2 * 15) + 100 : 1), "those of the source, with some to spare");
        Assert.That((rows.None, rows.Warning), Is.EqualTo(((string?)null, (string?)null)));
        AssertEndsAt(model, 299);
        Assert.That(rows.Files, Is.EqualTo(await _rig.Sources.NewestAsync(new(_name), default)));
    }

    [Test]
    public async Task Data_that_ends_with_too_few_rows_behind_a_gap_is_used_up_to_the_gap_with_a_warning_until_enough_were_appended()
    {
        var csv = DatasetClient.Csv(0, 300) + DatasetClient.Csv(400, 5, header: "");
        var model = await _rig.LoadAsync(_name, csv, new JsonObject { ["lags"] = new JsonArray(5) }, "AR");
        Assert.That((await Newest.OfAsync(model, default)).Warning, Does.Contain("Only 5 rows follow the gap that ends before"));
        AssertEndsAt(model, 299);

        await _rig.PutAsync(_name, csv + DatasetClient.Csv(405, 10, header: ""));

        Assert.That((await Newest.OfAsync(model, default)).Warning, Is.Null);
        AssertEndsAt(model, 414);
    }

    [Test]
    public async Task They_are_not_looked_for_again_until_this_process_stores_rows()
    {
        var model = await LoadAsync();
        var known = model.Newest;
        _rig.Registry.TakeStoreAway();
        _rig.TakeDatabaseAway();
        try
        {
            Assert.That(await Newest.OfAsync(model, default), Is.SameAs(known));
        }
        finally
        {
            _rig.BringDatabaseBack();
            _rig.Registry.BringStoreBack();
        }

        await _rig.PutAsync($"{_name}-other", DatasetClient.Csv(0, 10));
        var looked = await Newest.OfAsync(model, default);
        Assert.That(looked.Series, Is.SameAs(known.Series), "another dataset's rows");
        Assert.That(await Newest.OfAsync(model, default), Is.SameAs(looked));
    }

    [Test]
    public async Task Appended_rows_count_from_the_next_request_on_and_change_nothing_of_one_that_has_begun()
    {
        var model = await LoadAsync();
        var begun = await Newest.OfAsync(model, default);

        await _rig.PutAsync(_name, DatasetClient.Csv(0, 310));
        await Newest.OfAsync(model, default);
        AssertEndsAt(model, 309);
        await _rig.PutAsync(_name, DatasetClient.Csv(0, 311));
        await Newest.OfAsync(model, default);

        AssertEndsAt(model, 310);
        Assert.That(begun.Series!.Timestamps[^1], Is.EqualTo(At(299)));
    }

    [Test]
    public async Task Rows_that_came_through_another_process_count_from_the_next_look_on()
    {
        var model = await LoadAsync();
        await using var other = _rig.Again();
        await other.PutAsync(_name, DatasetClient.Csv(0, 310));

        await Newest.OfAsync(model, default);
        AssertEndsAt(model, 299);
        await Newest.LookAsync(model, default);

        AssertEndsAt(model, 309);
    }

    [Test]
    public async Task A_test_part_comes_behind_train_and_train_is_read_only_where_test_is_short()
    {
        var model = await LoadAsync();
        await _rig.PutAsync(_name, DatasetClient.Csv(300, 5, header: "time,up,down\n"), "test");
        await Newest.OfAsync(model, default);
        Assert.That(model.Newest.Series!.Timestamps[^1], Is.EqualTo(At(304)));
        Assert.That(Value(model, "up"), Is.EqualTo(100 + (304 % 7)).Within(1e-6), "columns are found by name, whatever their order");

        var train = await _rig.PutAsync(_name, DatasetClient.Csv(0, 299));
        await _rig.PutAsync(_name, DatasetClient.Csv(300, 200), "test");
        await Newest.OfAsync(model, default);
        AssertEndsAt(model, 499);
        Assert.That(_rig.Store.Read, Does.Not.Contain(ObjectKeys.Source(train)));
    }

    [Test]
    public async Task A_test_part_that_lacks_a_column_of_train_is_not_used()
    {
        var model = await LoadAsync();

        await _rig.PutAsync(_name, $"time,down\n{DatasetClient.At(300)},5\n", "test");
        await Newest.OfAsync(model, default);

        AssertEndsAt(model, 299);
        Assert.That(model.Newest.Warning, Does.StartWith($"Newer rows of '{_name}' cannot be used: ").And.Contain("up"));
    }

    [Test]
    public async Task Rows_that_do_not_fit_replace_none_are_said_once_and_not_read_again_until_others_come()
    {
        var model = await LoadAsync();
        var unfit = await _rig.PutAsync(_name, Unfit());

        await Newest.OfAsync(model, default);
        await Newest.LookAsync(model, default);
        await Newest.LookAsync(model, default);

        AssertEndsAt(model, 299);
        Assert.That(model.Newest.Warning, Does.StartWith($"Newer rows of '{_name}' cannot be used: "));
        Assert.That(_rig.Store.Read.Count(k => k == ObjectKeys.Source(unfit)), Is.EqualTo(1));
        Assert.That(Warnings(), Is.EqualTo(1));

        await _rig.PutAsync(_name, DatasetClient.Csv(0, 310));
        await Newest.OfAsync(model, default);
        AssertEndsAt(model, 309);
        Assert.That(model.Newest.Warning, Is.Null);
    }

    [Test]
    public async Task While_the_store_is_away_the_known_rows_answer_with_a_warning_and_the_next_look_tries_again()
    {
        var model = await LoadAsync();
        await _rig.PutAsync(_name, DatasetClient.Csv(0, 310));
        _rig.Registry.TakeStoreAway();
        try
        {
            var warned = await Newest.OfAsync(model, default);
            Assert.That(warned.Warning, Does.StartWith($"Newer rows of '{_name}' cannot be used: "));
            Assert.That(await Newest.OfAsync(model, default), Is.SameAs(warned), "requests do not try");
            await Newest.LookAsync(model, default);
            AssertEndsAt(model, 299);
            Assert.That(Warnings(), Is.EqualTo(1));
        }
        finally
        {
            _rig.Registry.BringStoreBack();
        }

        await Newest.LookAsync(model, default);

        AssertEndsAt(model, 309);
        Assert.That(model.Newest.Warning, Is.Null);
    }

    [Test]
    public async Task While_the_database_is_away_the_known_rows_answer_with_a_warning_that_ends_with_it()
    {
        var model = await LoadAsync();
        _rig.TakeDatabaseAway();
        try
        {
            await Newest.LookAsync(model, default);
        }
        finally
        {
            _rig.BringDatabaseBack();
        }

        AssertEndsAt(model, 299);
        Assert.That(model.Newest.Warning, Does.StartWith($"Newer rows of '{_name}' cannot be used: "));
        await Newest.LookAsync(model, default);
        Assert.That(model.Newest.Warning, Is.Null, "there are no newer rows");
    }

    [Test]
    public async Task That_rows_do_not_fit_is_still_said_after_the_database_was_away()
    {
        var model = await LoadAsync();
        await _rig.PutAsync(_name, Unfit());
        var unfit = (await Newest.OfAsync(model, default)).Warning;
        _rig.TakeDatabaseAway();
        try
        {
            await Newest.LookAsync(model, default);
            Assert.That(model.Newest.Warning, Is.Not.EqualTo(unfit).And.StartWith($"Newer rows of '{_name}' cannot be used: "));
        }
        finally
        {
            _rig.BringDatabaseBack();
        }

        await Newest.LookAsync(model, default);
        Assert.That(model.Newest.Warning, Is.EqualTo(unfit).And.Not.Null);
    }

    [TestCase('9', Description = "another number")]
    [TestCase('x', Description = "no number: it says nothing about the rows that were sent")]
    public async Task A_source_that_was_changed_in_the_store_is_not_used_until_it_is_put_right(char last)
    {
        var model = await LoadAsync();
        var source = ObjectKeys.Source(await _rig.PutAsync(_name, DatasetClient.Csv(0, 310)));
        var putRight = await _rig.SpoilAsync(source, b => b[^2] = (byte)last);

        await Newest.OfAsync(model, default);
        AssertEndsAt(model, 299);
        Assert.That(model.Newest.Warning, Does.Contain("was changed after it was stored"));

        await putRight();
        await Newest.LookAsync(model, default);
        AssertEndsAt(model, 309);
    }

    [Test]
    public async Task Many_requests_at_once_behind_an_addition_read_it_once_and_all_start_from_it()
    {
        var model = await LoadAsync();
        var added = await _rig.PutAsync(_name, DatasetClient.Csv(0, 320));
        var reached = _rig.Store.Hold();
        var requests = Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await Newest.OfAsync(model, default))).ToList();
        await reached;
        Assert.That(requests.Select(r => r.IsCompleted), Has.All.False, "who asked after the addition waits for its rows");
        _rig.Store.Continue();

        foreach (var rows in await Task.WhenAll(requests))
            Assert.That(rows.Series!.Timestamps[^1], Is.EqualTo(At(319)));
        Assert.That(_rig.Store.Read.Count(k => k == ObjectKeys.Source(added)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_request_that_goes_away_while_it_looks_or_waits_keeps_nobody_from_looking()
    {
        var model = await LoadAsync();
        await _rig.PutAsync(_name, DatasetClient.Csv(0, 310));
        using var gone = new CancellationTokenSource();
        var reached = _rig.Store.Hold();
        var looking = Newest.OfAsync(model, gone.Token).AsTask();
        await reached;
        var waiting = Newest.OfAsync(model, gone.Token).AsTask();
        await gone.CancelAsync();

        Assert.That(async () => await looking, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
        _rig.Store.Continue();
        AssertEndsAt(model, 299);
        Assert.That(model.Newest.Warning, Is.Null, "that it was cancelled is nothing to say to others");
        Assert.That((await Newest.OfAsync(model, default)).Series!.Timestamps[^1], Is.EqualTo(At(309)));
    }

    private Task<ServedModel> LoadAsync() => _rig.LoadAsync(_name, DatasetClient.Csv(0, 300));

    /// <summary>Newer rows without the model's columns.</summary>
    private static string Unfit() => "time,load\n" + string.Concat(Enumerable.Range(0, 310).Select(i => $"{DatasetClient.At(i)},1\n"));

    private int Warnings() =>
        _rig.Registry.Log.Texts.Count(t => t.StartsWith($"Newer rows of {_name} cannot be used", StringComparison.Ordinal));

    private static DateTime At(int row) => DatasetClient.Start.AddMinutes(row);

    /// <summary>The newest row is this one of <see cref="DatasetClient.Csv"/>, on the model's scale.</summary>
    private static void AssertEndsAt(ServedModel model, int row)
    {
        Assert.That(model.Newest.Series!.Timestamps[^1], Is.EqualTo(At(row)));
        Assert.That((Value(model, "down"), Value(model, "up")), Is.EqualTo((100.0 + (row % 7), 50.25 + (row % 11))).Within(1e-6));
    }

    private static double Value(ServedModel model, string column) =>
        model.Loaded.Scaler[column].Inverse(model.Newest.Series!.Values[model.Newest.Series.IndexOf(column)][^1]);
}
