using FLTS.Host.Hosting;
using TorchSharp;

namespace FLTS.Host.Cli;

/// <summary>Whether libtorch can be loaded here.</summary>
internal static class NativeRuntime
{
    public static Finding Examine() => HostSettings.HasTrainers
        ? Compute()
        : new Finding("native_runtime", true, "none is needed: this build answers and does not train", null);

    private static Finding Compute()
    {
        // Where it cannot be loaded, TorchSharp prints how it looked for it, in the middle of what programs read as JSON.
        var output = Console.Out;
        Console.SetOut(TextWriter.Null);
        try
        {
            using var two = torch.ones(2);
            using var sum = two.sum();
            return new Finding("native_runtime", sum.ToSingle() == 2, $"libtorch {torch.__version__} computes", null);
        }
        catch (Exception e)
        {
            return new Finding(
                "native_runtime",
                false,
                e.Message.Split('\n')[0],
                "Start through ./flts, which prepares the C++ runtime where the system's is too old; see README, Machines.");
        }
        finally
        {
            Console.SetOut(output);
        }
    }
}
