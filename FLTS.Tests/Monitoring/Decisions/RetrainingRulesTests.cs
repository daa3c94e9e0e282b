using FLTS.Modules.Monitoring.Decisions;
using NUnit.Framework;

namespace FLTS.Tests.Monitoring.Decisions;

[TestFixture, Parallelizable]
internal sealed class RetrainingRulesTests
{
    private static readonly DateTimeOffset _now = new(2026, 3, 9, 12, 0, 0, TimeSpan.Zero);

    private static readonly RetrainingState _free = new(
        _now, TimeSpan.FromDays(1), 720, 720, [], TimeSpan.FromHours(5), TimeSpan.FromHours(6));

    [Test]
    public void A_station_is_trained_again_where_nothing_speaks_against_it() => Assert.That(RetrainingRules.WhyNot(_free), Is.Null);

    [Test]
    public void Too_few_new_rows_a_training_within_a_season_and_a_busy_machine_speak_against_it()
    {
        Assert.That(
            RetrainingRules.WhyNot(_free with { NewRows = 719 }), Is.EqualTo("719 rows are new, and a training needs 720"));
        Assert.That(
            RetrainingRules.WhyNot(_free with { Trained = [_now.AddHours(-23)] }),
            Is.EqualTo("it was last started 2026-03-08 13:00:00Z, less than a season ago"));
        Assert.That(
            RetrainingRules.WhyNot(_free with { Trained = [_now.AddHours(-25), _now.AddHours(-26)] }),
            Is.EqualTo("it was started 2 times within a season already"));
        Assert.That(
            RetrainingRules.WhyNot(_free with { Spent = TimeSpan.FromHours(6) }),
            Is.EqualTo("such trainings took 6.0 h of the last day, and may take 6.0 h"));
    }

    [TestCase(720, 10_000, 720)]
    [TestCase(720, 100_000, 2000)]
    [TestCase(1, 10, 1)]
    public void New_rows_must_be_a_season_and_two_percent_of_train(int season, int train, int least) =>
        Assert.That(RetrainingRules.LeastNewRows(season, train), Is.EqualTo(least));
}
