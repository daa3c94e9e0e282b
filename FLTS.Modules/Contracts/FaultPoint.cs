using System.Diagnostics;

namespace FLTS.Modules.Contracts;

/// <summary>
/// Named places at which tests kill the process (FLTS.Tests/KillAnywhere). The calls exist in builds of the configuration
/// <c>FaultPoints</c> only: everywhere else the compiler leaves out both them and their names.
/// </summary>
internal static partial class FaultPoint
{
    /// <param name="name">What has just happened, as <c>step.what-is-done</c>; unique in the product.</param>
    [Conditional("FLTS_FAULT_POINTS")]
    public static void Reach(string name) => OnReached(name);

    static partial void OnReached(string name);
}
