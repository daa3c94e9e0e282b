using System.Globalization;
using FLTS.Host.Cli;
using NUnit.Framework;

namespace FLTS.Tests.Host;

/// <summary>Rows of a file of ten minutes, and of the file of its test part, as a replay sends them.</summary>
[TestFixture, Parallelizable]
internal sealed class ReplayRowsTests
{
    private static readonly DateTime _start = new(2026, 1, 5);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Write()
    {
        _folder = new TemporaryFolder();
        File.WriteAllText(_folder["a.csv"], "time,load,up\n" + Lines(0, 6));
        File.WriteAllText(_folder["a_test.csv"], "time,up,load\n" + string.Concat(Enumerable.Range(6, 4)
            .Select(i => $"{Time(i)},{i * 2},{i}\n")));
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void The_file_of_the_test_part_follows_its_train_part_and_rows_are_cut_where_it_is_said()
    {
        var rows = Read([], _start.AddMinutes(4), _start.AddMinutes(8));

        Assert.That((rows.First, rows.End, rows.Step), Is.EqualTo((4, 9, TimeSpan.FromMinutes(1))));
        Assert.That(rows.Csv([0, 7]), Is.EqualTo("time,load,up\n2026-01-05T00:00:00,0,0\n2026-01-05T00:07:00,7,14\n"));
        Assert.That(rows.Deliveries(TimeSpan.FromMinutes(2)), Is.EqualTo(new int[][] { [4, 5], [6, 7], [8] }));
    }

    [Test]
    public void A_shift_lifts_rows_by_a_share_of_the_range_before_and_a_gap_takes_rows_away()
    {
        var rows = Read(["shift:0.5@2026-01-05T00:07", "gap:2@2026-01-05T00:05"], _start.AddMinutes(4), null);

        Assert.That(rows.Csv([6, 7]), Does.EndWith("00:06:00,6,12\n2026-01-05T00:07:00,8.5,17\n"), "the ranges are 3 and 6");
        Assert.That(rows.Deliveries(TimeSpan.FromHours(1)).Single(), Is.EqualTo(new[] { 4, 7, 8, 9 }));
    }

    [Test]
    public void Late_rows_come_each_by_itself_and_as_many_steps_later()
    {
        var rows = Read(["late:3@2026-01-05T00:08"], _start.AddMinutes(6), null);

        Assert.That(rows.Deliveries(TimeSpan.FromHours(1)), Is.EqualTo(new int[][] { [6, 7], [8], [9] }));
        Assert.That(rows.Comes(7), Is.EqualTo(_start.AddMinutes(8)));
        Assert.That(rows.Comes(8), Is.EqualTo(_start.AddMinutes(12)));
    }

    [TestCase("gain:1.1", "no '@'")]
    [TestCase("gain@2026-01-05", "a kind, ':' and a number")]
    [TestCase("noise:1@2026-01-05", "no kind 'noise'")]
    [TestCase("stale:1.5@2026-01-05", "a whole number from 1")]
    [TestCase("gap:0@2026-01-05", "a whole number from 1")]
    [TestCase("bias:0.1@soon", "'soon' is no time")]
    public void A_fault_that_is_none_is_refused_with_what_is_right(string text, string sentence) =>
        Assert.That(() => ReplayFault.Parse(text), Throws.InstanceOf<InvalidInputException>().With.Message.Contains(sentence));

    [TestCase("replay", "--dataset", "nowhere.csv")]
    [TestCase("replay", "--dataset", "a.csv", "--from", "2025-01-01")]
    [TestCase("replay", "--dataset", "a.csv", "--speed", "fast")]
    [TestCase("replay", "--dataset", "a.csv", "--pipeline", "[1]")]
    [TestCase("replay", "--dataset", "a.csv", "--at-once", "a day")]
    [TestCase("replay", "--dataset", "a.csv", "--url", "here")]
    [TestCase("replay", "--dataset", "a.csv", "--url", "http://127.0.0.1:1")]
    [TestCase("replay", "--dataset", "a.csv", "--url", "http://127.0.0.1:1", "--fault", "gain:2@2026-01-05")]
    public async Task A_replay_that_cannot_be_ends_before_anything_is_started(params string[] args) =>
        Assert.That(await CommandLine.RunAsync([.. args.Select(a => a.EndsWith(".csv", StringComparison.Ordinal) ? _folder[a] : a)]),
            Is.EqualTo(2));

    [Test]
    public void The_clock_of_a_replay_never_goes_back()
    {
        var clock = new ReplayClock();
        clock.Reach(_start);
        clock.Reach(_start.AddDays(1));
        clock.Reach(_start);

        Assert.That(clock.GetUtcNow().UtcDateTime, Is.EqualTo(_start.AddDays(1)).Within(TimeSpan.FromMinutes(5)));
    }

    private ReplayRows Read(string[] faults, DateTime? from, DateTime? to) =>
        ReplayRows.Read(_folder["a.csv"], [.. faults.Select(ReplayFault.Parse)], (from, to));

    private static string Lines(int from, int count) =>
        string.Concat(Enumerable.Range(from, count).Select(i => $"{Time(i)},{i},{i * 2}\n"));

    private static string Time(int row) =>
        _start.AddMinutes(row).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
