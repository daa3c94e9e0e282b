using Spectre.Console;

namespace FLTS.Host.Cli;

/// <summary>
/// Where lines for people go: standard output, or standard error where programs read standard output (<c>--json</c>, <c>--json-logs</c>).
/// </summary>
internal sealed class Screen
{
    /// <summary>A file or a pipe has no width of its own.</summary>
    private const int PlainWidth = 140;

    private readonly TextWriter _out;

    public Screen(bool isOutputForPrograms)
    {
        _out = isOutputForPrograms ? Console.Error : Console.Out;
        Rich = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_out) });
        IsLive = Rich.Profile.Capabilities.Ansi && !(isOutputForPrograms || Console.IsOutputRedirected);
        if (!IsLive)
            Rich.Profile.Width = PlainWidth;
    }

    /// <summary>A terminal on which a table can be redrawn.</summary>
    public bool IsLive { get; }

    /// <summary>Tables.</summary>
    public IAnsiConsole Rich { get; }

    public void Line(string text = "") => _out.WriteLine(text);
}
