using System.Text;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Preparation;
using FLTS.Forecasting.Scaling;
using NUnit.Framework;
using Parquet;

namespace FLTS.Tests.Forecasting.Preparation;

[Parallelizable]
public class ProcessedFilesTests
{
    [TestCase("{}")]
    [TestCase("""{"lags": [1, 3], "clipping": "percentile", "scaler": "Robust", "missing": "knn"}""")]
    [TestCase("""{"calendar": false, "targets": ["b.with dots"], "inputs": ["a"], "scaler": "None"}""")]
    public async Task What_is_read_back_is_what_was_written_bit_for_bit(string options)
    {
        var data = Prepare(options);
        var (train, test, meta) = await Write(data);
        var back = await ProcessedFiles.ReadAsync(ProcessedFiles.ReadMeta(meta), new MemoryStream(train), new MemoryStream(test));
        Assert.That(ProcessedComparison.Difference(data, back), Is.Null);
        Assert.That(back.Train.Timestamps[0].Kind, Is.EqualTo(DateTimeKind.Unspecified));
        Assert.That(back.Train.FlatTargets, Is.EqualTo(data.Train.FlatTargets));
    }

    [Test]
    public async Task What_was_before_clipping_is_kept_beside_it_and_files_of_before_that_have_none_are_read()
    {
        var data = Prepare("""{"clipping": {"method": "percentile", "percentile": 0.2}, "lags": [1]}""");
        var (train, test, meta) = await Write(data);
        var back = await ProcessedFiles.ReadAsync(ProcessedFiles.ReadMeta(meta), new MemoryStream(train), new MemoryStream(test));
        Assert.That(back.TrainUnclipped!.Values, Is.EqualTo(data.TrainUnclipped!.Values));
        Assert.That(back.TestUnclipped!.Values[0], Is.Not.EqualTo(back.Test.Values[0]));

        var ofBefore = new PreparedDataset { Meta = data.Meta, Train = data.Train, Test = data.Test, TestTruth = data.TestTruth };
        (train, test, _) = await Write(ofBefore);
        back = await ProcessedFiles.ReadAsync(data.Meta, new MemoryStream(train), new MemoryStream(test));
        Assert.That(back.TrainUnclipped, Is.Null);
        Assert.That(back.Unclipped, Is.SameAs(back));
        Assert.That(
            await ProcessedComparison.TrainDifferenceAsync(data, new MemoryStream(train)),
            Is.Null,
            "prepared again, it is not called different");
    }

    [Test]
    public async Task Numbers_that_equal_others_in_other_bits_and_the_extremes_come_back_as_they_were()
    {
        double[] values = [.. Enumerable.Range(0, 100).Select(i => (i % 5) switch
        {
            0 => -0.0,
            1 => 0.0,
            2 => double.Epsilon,
            3 => 1e300,
            _ => double.NaN,
        })];
        var data = DatasetPreparer.Prepare(Tables.Config("""{"scaler": "None"}"""), Tables.Make("x.csv", 0, ("a", values)));
        var (train, test, _) = await Write(data);
        Assert.That(await ProcessedComparison.TrainDifferenceAsync(data, new MemoryStream(train)), Is.Null);
        Assert.That(await ProcessedComparison.TestDifferenceAsync(data, new MemoryStream(test)), Is.Null, "else the store would be blamed");
    }

    [Test]
    public async Task A_difference_before_clipping_is_told()
    {
        var data = Prepare("""{"clipping": {"method": "percentile", "percentile": 0.2}}""");
        var (_, test, _) = await Write(data);
        data.TestUnclipped!.Values[1][^1] += 1;
        Assert.That(
            await ProcessedComparison.TestDifferenceAsync(data, new MemoryStream(test)),
            Is.EqualTo("test: values of 'b.with dots' before clipping differ"));
    }

    [Test]
    public async Task The_same_data_gives_the_same_bytes()
    {
        var (one, other) = (await Write(Prepare("{}")), await Write(Prepare("{}")));
        Assert.That(one.Train, Is.EqualTo(other.Train));
        Assert.That(one.Test, Is.EqualTo(other.Test));
        Assert.That(one.Meta, Is.EqualTo(other.Meta));
    }

    [Test]
    public async Task The_parquet_metadata_carry_hash_configuration_and_scaler()
    {
        var data = Prepare("{}");
        await using var reader = await ParquetReader.CreateAsync(new MemoryStream((await Write(data)).Train));
        Assert.That(reader.CustomMetadata["config_hash"], Is.EqualTo(data.Meta.ConfigHash));
        Assert.That(
            CanonicalJson.Hash(System.Text.Json.Nodes.JsonNode.Parse(reader.CustomMetadata["preprocess_config"])),
            Is.EqualTo(data.Meta.ConfigHash));
        Assert.That(Scaler.Load(Encoding.UTF8.GetBytes(reader.CustomMetadata["scaler"])).Columns, Is.EqualTo(data.Meta.Scaler.Columns));
        Assert.That(
            reader.Schema.DataFields.Select(f => f.Name),
            Does.Contain("timestamp").And.Contain("segment").And.Contain("a").And.Contain("a#observed").And.Contain("min_of_day_sin"));
    }

    [Test]
    public async Task A_file_of_another_configuration_is_refused()
    {
        var (train, test, _) = await Write(Prepare("{}"));
        var other = Prepare("""{"hash_salt": "other"}""");
        Assert.That(
            async () => await ProcessedFiles.ReadAsync(other.Meta, new MemoryStream(train), new MemoryStream(test)),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("train.parquet belongs to config_hash"));
    }

    [Test]
    public async Task A_damaged_file_is_refused_by_name()
    {
        var data = Prepare("{}");
        var (train, test, meta) = await Write(data);
        Assert.That(
            async () => await ProcessedFiles.ReadAsync(data.Meta, new MemoryStream(train), new MemoryStream(test[..^20])),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("test.parquet cannot be read"));
        Assert.That(
            () => ProcessedFiles.ReadMeta(meta.AsSpan(0, 100)),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("meta.json is malformed"));
        var changed = Encoding.UTF8.GetString(meta).Replace("\"hash_salt\": \"\"", "\"hash_salt\": \"x\"", StringComparison.Ordinal);
        Assert.That(
            () => ProcessedFiles.ReadMeta(Encoding.UTF8.GetBytes(changed)),
            Throws.TypeOf<CorruptArtifactException>().With.Message.Contains("its configuration hashes to"));
    }

    [Test]
    public async Task A_file_of_more_rows_than_its_meta_says_is_refused_before_they_are_read()
    {
        var bomb = await Write(DatasetPreparer.Prepare(Tables.Config("{}"), Tables.Make("x.csv", 0, ("a", Tables.Walk(60_000, 1)))));
        var small = DatasetPreparer.Prepare(Tables.Config("{}"), Tables.Make("x.csv", 0, ("a", Tables.Walk(300, 1))));
        var (_, test, _) = await Write(small);
        Assert.That(
            async () => await ProcessedFiles.ReadAsync(small.Meta, new MemoryStream(bomb.Train), new MemoryStream(test)),
            Throws.TypeOf<CorruptArtifactException>().With.Message.EqualTo(
                $"train.parquet has 8192 rows; meta.json says {small.Meta.TrainRows}."),
            "no more than the first group's number was looked at");
    }

    [Test]
    public void Other_values_under_the_same_hash_are_told()
    {
        var (one, other) = (Prepare("{}"), Prepare("{}"));
        other.Test.Values[0][3] = Math.BitIncrement(other.Test.Values[0][3]);
        Assert.That(ProcessedComparison.Difference(one, other), Is.EqualTo("test: values of 'a' differ"));
    }

    [Test]
    public async Task What_was_written_is_compared_with_the_memory_it_came_from_to_the_last_row_group()
    {
        const int Rows = 60_000; // several row groups, in train and in test
        var data = DatasetPreparer.Prepare(
            Tables.Config("{}"), Tables.Make("x.csv", 0, ("a", Tables.Walk(Rows, 1, 0.05)), ("b", Tables.Walk(Rows, 2))));
        var (train, test, _) = await Write(data);
        Task<string?> Train() => ProcessedComparison.TrainDifferenceAsync(data, new MemoryStream(train));
        Task<string?> Test() => ProcessedComparison.TestDifferenceAsync(data, new MemoryStream(test));
        Assert.That((await Train(), await Test()), Is.EqualTo(((string?)null, (string?)null)));

        data.Train.Values[1][^1] = Math.BitIncrement(data.Train.Values[1][^1]);
        data.Test.Values[0][^1] = -data.Test.Values[0][^1];
        Assert.That((await Train(), await Test()), Is.EqualTo(("train: values of 'b' differ", "test: values of 'a' differ")));
        var shares = await Task.WhenAll(
            Enumerable.Range(0, 3)
                .Select(r => ProcessedComparison.TrainDifferenceAsync(data, new MemoryStream(train), new GroupShare(r, 3))));
        Assert.That(shares.Count(d => d is not null), Is.EqualTo(1), "of several readers one sees the difference");
        data.Test.Values[0][^1] = -data.Test.Values[0][^1];
        data.TestTruth[1][^1] += 1;
        Assert.That(await Test(), Is.EqualTo("the truth of test differs"));
        data.Test.Observed[1][^1] ^= true;
        Assert.That(await Test(), Is.EqualTo("test: the observed mask of 'b' differs"));
        data.Test.Timestamps[^1] = data.Test.Timestamps[^1].AddTicks(TimeSpan.TicksPerMicrosecond);
        Assert.That(await Test(), Is.EqualTo("test: times or segments differ"));
        Assert.That(
            () => ProcessedComparison.TestDifferenceAsync(data, new MemoryStream(test[..^20])),
            Throws.TypeOf<CorruptArtifactException>());
    }

    [TestCase("no json")]
    [TestCase("[]")]
    [TestCase("""{"format": 2, "kind": "MinMax", "columns": []}""")]
    [TestCase("""{"format": 1, "kind": "MinMax", "columns": []}""")]
    [TestCase("""{"format": 1, "kind": "MinMax", "columns": [{"name": "a", "center": 0, "scale": 0, "min": 0, "max": 1}]}""")]
    [TestCase("""{"format": 1, "kind": "MinMax", "columns": [{"name": "a", "center": "x", "scale": 1, "min": 0, "max": 1}]}""")]
    public void A_malformed_scaler_is_refused(string json) =>
        Assert.That(() => Scaler.Load(Encoding.UTF8.GetBytes(json)), Throws.TypeOf<CorruptArtifactException>());

    private static PreparedDataset Prepare(string options) => DatasetPreparer.Prepare(
        Tables.Config(options),
        Tables.Make(
            "x.csv",
            0,
            ("a", Tables.Walk(300, 1, 0.05)),
            ("b.with dots", Tables.Walk(300, 2)),
            ("flat", [.. Enumerable.Repeat(1.0, 300)])));

    private static async Task<(byte[] Train, byte[] Test, byte[] Meta)> Write(PreparedDataset data)
    {
        using MemoryStream train = new(), test = new();
        await ProcessedFiles.WriteTrainAsync(data, train);
        await ProcessedFiles.WriteTestAsync(data, test);
        return (train.ToArray(), test.ToArray(), ProcessedFiles.WriteMeta(data.Meta));
    }
}
