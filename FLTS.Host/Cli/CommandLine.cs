using System.CommandLine;
using FLTS.Host.Hosting;

namespace FLTS.Host.Cli;

/// <summary>The host is also the command line (API.md).</summary>
internal static class CommandLine
{
    /// <summary>What a wrong command line ends with (EX_USAGE).</summary>
    private const int Usage = 64;

    /// <summary>A start that was refused: a wrong setting, a folder or port in use.</summary>
    private const int Refused = 2;

    /// <summary>Something unforeseen (EX_SOFTWARE).</summary>
    private const int Defect = 70;

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("FLTS: from a station's traffic CSV to a served forecast.")
        {
            RunCommand.Create(),
            DoctorCommand.Create(),
            DatasetCommand.Create(),
            ResetCommand.Create(),
            LoadTestCommand.Create(),
            ReplayCommand.Create(),
            KeyCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 || args.Length == 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message);

            await root.Parse([.. parsed.CommandResult.Command == root ? [] : new[] { parsed.CommandResult.Command.Name }, "--help"])
                .InvokeAsync();
            return Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // The host handles Ctrl-C and SIGTERM; a parser that ends the process after two seconds must not.
                ProcessTerminationTimeout = null,
            });
        }
        catch (FltsException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Refused;
        }
        catch (System.Net.Sockets.SocketException e) when (e.SocketErrorCode == System.Net.Sockets.SocketError.AccessDenied)
        {
            await Console.Error.WriteLineAsync(
                "This port is reserved for root. Choose one from 1024 on with --urls, for example --urls http://127.0.0.1:8080.");
            return Refused;
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{e.Message} Choose another with --urls, for example --urls http://127.0.0.1:8081.");
            return Refused;
        }
        catch (System.Net.Sockets.SocketException e)
        {
            await Console.Error.WriteLineAsync($"An address cannot be listened on: {OneLine(e)}. Choose another with --urls.");
            return Refused;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The system refuses: {OneLine(e)}");
            return Refused;
        }
        catch (Exception e)
        {
            // A stack trace is for the log (RunCommand), and an abort would be taken for a crash of the machine's making.
            await Console.Error.WriteLineAsync($"FLTS ended by a fault of its own, {e.GetType().Name}: {OneLine(e)}");
            return Defect;
        }
    }

    /// <summary>What an exception says, as one line.</summary>
    public static string OneLine(Exception exception) =>
        Sentence.Of(string.Join(' ', StartupGate.Reason(exception).Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries)));

    /// <summary>Reads <c>--set Section:Key=Value</c>.</summary>
    /// <exception cref="InvalidInputException">Not of that form, or of no section that exists.</exception>
    public static void AddSettings(Dictionary<string, string?> settings, IEnumerable<string> given)
    {
        foreach (var text in given)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
                throw new InvalidInputException(
                    $"--set {text}: it must be of the form Section:Key=Value, for example --set Pipeline:ReconcileSeconds=5.");

            var section = text[..at].Split(':')[0];
            if (!HostSettings.Sections.Contains(section, StringComparer.OrdinalIgnoreCase))
                throw new InvalidInputException(
                    $"--set {text}: there is no section '{section}'; there are {string.Join(", ", HostSettings.Sections)}.");

            settings[text[..at]] = text[(at + 1)..];
        }
    }
}
