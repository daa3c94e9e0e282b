using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using FLTS.Host.Hosting;
using FLTS.Modules;
using Microsoft.Extensions.Configuration;
using NUnit.Framework;

namespace FLTS.Tests.Host;

/// <summary><c>docs/settings.md</c> has every setting, and its default.</summary>
[TestFixture, Parallelizable]
internal sealed partial class SettingsTableTests
{
    private static readonly IConfiguration _shipped =
        new ConfigurationBuilder().AddJsonFile(Path.Combine(Repository.Root, "appsettings.json")).Build();

    private static IEnumerable<Type> Options() => new[] { typeof(HostSettings).Assembly, typeof(ModuleCatalog).Assembly }
        .SelectMany(a => a.GetTypes())
        .Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal) && SectionOf(t) is not null);

    [TestCaseSource(nameof(Options))]
    public void The_table_has_every_setting_of_a_section_with_its_default_and_no_other(Type options)
    {
        var section = SectionOf(options)!;
        var shipped = typeof(OptionsReading).GetMethod(nameof(OptionsReading.Read))!.MakeGenericMethod(options)
            .Invoke(null, [_shipped.GetSection(section)])!;

        var described = Rows().Where(r => r.Name.StartsWith(section + ":", StringComparison.Ordinal));

        Assert.That(described, Is.EquivalentTo(Settings(shipped, section)));
    }

    [Test]
    public void Every_section_has_its_rows_and_no_setting_stands_there_twice()
    {
        var rows = Rows().Select(r => r.Name).ToList();

        Assert.That(rows, Is.Unique);
        Assert.That(
            rows.Select(r => r.Split(':')[0]).Where(s => s != "urls").Distinct(), Is.EquivalentTo(HostSettings.Sections));
        Assert.That(Options().Count(), Is.GreaterThan(10), "options that are looked at");
    }

    private static IEnumerable<(string Name, string Default)> Settings(object options, string section)
    {
        foreach (var property in options.GetType().GetProperties().Where(p => p.CanWrite))
        {
            var (name, value) = ($"{section}:{property.Name}", property.GetValue(options));
            if (property.PropertyType.Assembly == options.GetType().Assembly && property.PropertyType.IsClass)
            {
                foreach (var inner in Settings(value!, name))
                    yield return inner;
            }
            else
            {
                yield return (name, Text(value));
            }
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        string text => text,
        IEnumerable list => string.Join(", ", list.Cast<object>()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string? SectionOf(Type type) =>
        type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string;

    private static IEnumerable<(string Name, string Default)> Rows() =>
        File.ReadLines(Path.Combine(Repository.Root, "docs", "settings.md"))
            .Select(l => Row().Match(l)).Where(m => m.Success)
            .Select(m => (m.Groups["name"].Value, m.Groups["default"].Value));

    [GeneratedRegex(@"^\| `(?<name>[\w:]+)` \| (?:`(?<default>[^`]+)`)? \| .+ \|$")]
    private static partial Regex Row();
}
