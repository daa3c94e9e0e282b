using System.Globalization;
using System.Text;

namespace FLTS.Forecasting.Demo;

/// <summary>
/// A plausible base station, one row every two minutes: daily and weekly load, bursts that fade over some rows, columns that move
/// together, measurement noise around slowly moving means, a few gaps. The same seed writes the same bytes.
/// </summary>
/// <remarks>
/// Synthetic, in the columns and orders of magnitude of LTE control-channel measurements (Perifanis et al. 2023). Much of a
/// row's deviation is noise that does not last, so the last value is a poor forecast and a model that averages what it saw is a
/// better one: as in real traffic.
/// </remarks>
public static class DemoStation
{
    /// <summary>Rows of the demo unless others are asked for: 28 days.</summary>
    public const int Rows = 20_160;

    /// <summary>Its seed.</summary>
    public const int Seed = 1;

    /// <summary>Time between two rows.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMinutes(2);

    private static readonly string[] _columns =
        ["down", "up", "rnti_count", "mcs_down", "mcs_down_var", "mcs_up", "mcs_up_var", "rb_down", "rb_down_var", "rb_up", "rb_up_var"];

    private static readonly DateTime _start = new(2026, 1, 5);

    /// <summary>Writes a CSV with a header and at most <paramref name="rows"/> rows (those inside gaps are left out).</summary>
    /// <param name="stream">Receives UTF-8 text; left open.</param>
    /// <param name="rows">Steps of two minutes covered, at least 1.</param>
    /// <param name="seed">Of every random number.</param>
    public static void Write(Stream stream, int rows, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine($"time,{string.Join(',', _columns)}");
        var random = new Random(seed);
        var state = new State();
        var gap = 0;
        var values = new double[_columns.Length];
        for (var row = 0; row < rows; row++)
        {
            var time = _start + (Step * row);
            state.Advance(time, random, values);

            // About one gap in four days, of 2 to 12 rows; never at either end.
            if (gap == 0 && row > 0 && row < rows - 20 && random.NextDouble() < 1.0 / 2880)
                gap = random.Next(2, 13);
            if (gap > 0)
            {
                gap--;
                continue;
            }

            writer.Write(time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
            foreach (var value in values)
            {
                writer.Write(',');
                writer.Write(value.ToString("R", CultureInfo.InvariantCulture));
            }

            writer.WriteLine();
        }
    }

    /// <summary>What lasts from row to row.</summary>
    private sealed class State
    {
        private const double BurstFade = 0.8;
        private const double SlowFade = 0.98;

        private double _burst;
        private double _slow;
        private double _quality;

        /// <param name="time">Of the row.</param>
        /// <param name="random">Source of all chance.</param>
        /// <param name="values">[11] Receives the columns in order.</param>
        public void Advance(DateTime time, Random random, double[] values)
        {
            _slow = (SlowFade * _slow) + (0.03 * Normal(random));
            _quality = (0.97 * _quality) + (0.08 * Normal(random));
            _burst *= BurstFade;
            if (random.NextDouble() < 0.04)
                _burst += 0.6 * -Math.Log(1 - random.NextDouble());

            var load = Load(time) * Math.Exp(_slow);
            var users = load * Math.Exp(0.12 * Normal(random));
            var traffic = (load + (0.5 * _burst)) * Math.Exp(0.35 * Normal(random));
            var upload = ((0.7 * load) + (0.4 * _burst)) * Math.Exp(0.5 * Normal(random));
            var down = Math.Clamp(0.02 + (0.16 * traffic), 0, 1);
            var up = Math.Clamp(0.004 + (0.03 * upload), 0, 1);

            values[0] = Math.Round(1.9e8 * traffic);
            values[1] = Math.Round(1.4e7 * upload);
            values[2] = Math.Round(600 + (7_500 * users));
            values[3] = Math.Clamp(13 - (2.5 * load) + _quality + (1.6 * Normal(random)), 0, 28);
            values[4] = Math.Max(0, 70 + (8 * _quality) + (9 * Normal(random)));
            values[5] = Math.Clamp(15 - (1.5 * load) + (0.8 * _quality) + (1.8 * Normal(random)), 0, 28);
            values[6] = Math.Max(0, 55 + (6 * _quality) + (10 * Normal(random)));
            values[7] = down;
            values[8] = 8e-8 * down * (1 - down) * Math.Exp(0.3 * Normal(random));
            values[9] = up;
            values[10] = 3e-8 * up * (1 - up) * Math.Exp(0.3 * Normal(random));
        }

        /// <summary>Quiet at four in the morning, busiest in the evening, quieter at weekends; 0.1 to about 1.</summary>
        private static double Load(DateTime time)
        {
            var day = 2 * Math.PI * time.TimeOfDay.TotalDays;
            var weekend = time.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            var shape = 0.55 - (0.33 * Math.Cos(day - (2 * Math.PI * 4 / 24))) + (0.12 * Math.Sin((2 * day) - 2.4));
            return Math.Max(0.1, shape * (weekend ? 0.75 : 1));
        }

        /// <summary>Box and Muller 1958.</summary>
        private static double Normal(Random random) =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
