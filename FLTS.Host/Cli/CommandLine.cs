using System.CommandLine;
using FLTS.Modules.Contracts;

namespace FLTS.Host.Cli;

/// <summary>The host is also the command line (API.md).</summary>
internal static class CommandLine
{
    /// <summary>What a wrong command line ends with (EX_USAGE).</summary>
    private const int Usage = 64;

    /// <summary>A start that was refused: a wrong setting, a folder or port in use.</summary>
    private const int Refused = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("FLTS: from a station's traffic CSV to a served forecast.") { RunCommand.Create(), DoctorCommand.Create(), DatasetCommand.Create(), BenchCommand.Create() };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 || args.Length == 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message);

            await root.Parse([.. parsed.CommandResult.Command == root ? [] : new[] { parsed.CommandResult.Command.Name }, "--help"]).InvokeAsync();
            return Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (FltsException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Refused;
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{e.Message} Choose another with --urls, for example --urls http://127.0.0.1:8081.");
            return Refused;
        }
    }

    /// <summary>Reads <c>--set Section:Key=Value</c>.</summary>
    /// <exception cref="InvalidInputException">Not of that form.</exception>
    public static void AddSettings(Dictionary<string, string?> settings, IEnumerable<string> given)
    {
        foreach (var text in given)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
                throw new InvalidInputException($"--set {text}: it must be of the form Section:Key=Value, for example --set Pipeline:ReconcileSeconds=5.");

            settings[text[..at]] = text[(at + 1)..];
        }
    }
}
