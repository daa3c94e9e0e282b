using System.Globalization;
using System.Text;

namespace FLTS.Modules.Page.Drawing;

/// <summary>Where times and values lie in a picture, in whole units: a quarter of a pixel or less.</summary>
internal sealed record Plane(DateTime From, DateTime To, double Low, double High)
{
    public const int Width = 2000, Height = 1000;

    /// <summary>A place from the left as an attribute has it.</summary>
    public string Across(DateTime time) => Percent((time - From) / (To - From));

    public static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    /// <summary>A line through the values that are there; it is broken where one is missing.</summary>
    public string Line(IEnumerable<(DateTime At, double? Value)> points)
    {
        var path = new StringBuilder();
        var isBroken = true;
        foreach (var (at, value) in points)
        {
            if (value is { } known)
                path.Append(isBroken ? 'M' : ' ').Append(Place(at, known));
            isBroken = value is null;
        }

        return path.ToString();
    }

    /// <summary>The area between two lines; broken likewise.</summary>
    public string Area(IEnumerable<(DateTime At, double? Low, double? High)> band)
    {
        var path = new StringBuilder();
        var (low, high) = (new List<string>(), new List<string>());
        foreach (var (at, from, to) in band.Append((default, null, null)))
        {
            if (from is { } below && to is { } above)
            {
                low.Add(Place(at, below));
                high.Add(Place(at, above));
            }
            else if (low.Count > 0)
            {
                high.Reverse();
                path.Append('M').AppendJoin(' ', low.Concat(high)).Append('Z');
                low.Clear();
                high.Clear();
            }
        }

        return path.ToString();
    }

    private string Place(DateTime at, double value) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Math.Round(Width * ((at - From) / (To - From)))} {Math.Round(Height * ((High - value) / (High - Low)))}");
}
