using System.CommandLine;

namespace FLTS.Benchmarks;

/// <summary>Benchmarks of the product, a program of their own: the server carries none of them.</summary>
internal static class BenchmarkProgram
{
    /// <summary>What a wrong command line ends with (EX_USAGE).</summary>
    private const int Usage = 64;

    /// <summary>An option that cannot be followed.</summary>
    private const int Refused = 2;

    public static async Task<int> Main(string[] args)
    {
        var root = BenchCommand.Create();
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message);

            await root.Parse([.. parsed.CommandResult.Command == root ? [] : new[] { parsed.CommandResult.Command.Name }, "--help"])
                .InvokeAsync();
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
    }
}
