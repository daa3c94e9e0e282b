using System.Globalization;
using System.Numerics;
using System.Text;
using FLTS.Forecasting.Series.Csv;
using NUnit.Framework;

namespace FLTS.Tests.Forecasting.Series;

[TestFixture, Parallelizable]
internal sealed class NumberParserTests
{
    private const int Many = 200_000;

    [Test]
    public void Shortest_decimals_of_measurements_are_the_doubles_they_came_from()
    {
        var random = new Random(1);
        for (var i = 0; i < Many; i++)
        {
            var value = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20));
            RequireSame(value.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    [Test]
    public void Any_digits_and_power_of_ten_are_rounded_as_the_framework_does()
    {
        var random = new Random(2);
        for (var i = 0; i < Many; i++)
        {
            var digits = new StringBuilder(random.Next(2) == 0 ? "" : "-");
            var count = random.Next(1, 26);
            var point = random.Next(-1, count);
            for (var d = 0; d < count; d++)
                digits.Append(d == point ? "." : "").Append((char)('0' + random.Next(10)));
            if (random.Next(2) == 0)
                digits.Append(random.Next(2) == 0 ? 'e' : 'E').Append(random.Next(-70, 70).ToString(CultureInfo.InvariantCulture));
            RequireSame(digits.ToString());
        }
    }

    [Test]
    public void Numbers_halfway_between_two_doubles_or_next_to_it_are_rounded_as_the_framework_does()
    {
        var random = new Random(3);
        for (var i = 0; i < Many; i++)
        {
            // The integer between two neighbours of 53 bits, times a power of two that leaves at most 19
            // digits, and the integers beside it.
            var half = ((BigInteger)(random.NextInt64(1L << 52, 1L << 53)) << 1) + 1;
            half <<= random.Next(0, 9);
            foreach (var near in (BigInteger[])[half - 1, half, half + 1])
                RequireSame(near.ToString(CultureInfo.InvariantCulture));
            RequireSame($"{half}e{random.Next(-5, 6)}");
            RequireSame(((decimal)half / (1 << random.Next(1, 9))).ToString(CultureInfo.InvariantCulture));
        }
    }

    [TestCase("0")]
    [TestCase("-0")]
    [TestCase("0e99")]
    [TestCase("00000000000000000000000000001.5")]
    [TestCase("0.000000000000000000000000000015")]
    [TestCase("9007199254740993")]
    [TestCase("18446744073709551615")]
    [TestCase("9999999999999999999")]
    [TestCase("99999999999999999999")]
    [TestCase("4.9e-324")]
    [TestCase("2.2250738585072011e-308")]
    [TestCase("1.7976931348623157e308")]
    [TestCase("1e400")]
    [TestCase("+.5")]
    [TestCase("5.")]
    [TestCase("1e00005")]
    public void The_ends_of_the_range_are_read_as_the_framework_does(string text) => RequireSame(text);

    [TestCase("")]
    [TestCase("-")]
    [TestCase(".")]
    [TestCase("e5")]
    [TestCase("1e")]
    [TestCase("1e+")]
    [TestCase("1.2.3")]
    [TestCase("12345678x")]
    [TestCase("1 2")]
    [TestCase("1,2")]
    [TestCase("0x10")]
    [TestCase("Infinity")]
    public void What_is_no_number_is_refused(string text) =>
        Assert.That(NumberParser.TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    private static void RequireSame(string text)
    {
        var expected = double.Parse(text, CultureInfo.InvariantCulture);
        if (!NumberParser.TryParse(Encoding.UTF8.GetBytes(text), out var found)
            || BitConverter.DoubleToInt64Bits(found) != BitConverter.DoubleToInt64Bits(expected))
            Assert.Fail($"{text} was read as {found:R}, not {expected:R}");
    }
}
