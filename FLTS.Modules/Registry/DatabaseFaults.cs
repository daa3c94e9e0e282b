using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry;

/// <summary>Tells a database that is away from work that cannot succeed.</summary>
internal static class DatabaseFaults
{
    /// <summary>True where the cause is the database (restarted, away, locked, timed out): the same step may succeed later, so it is no verdict on the data.</summary>
    public static bool IsDatabase(Exception exception)
    {
        // EF and Npgsql wrap what they think transient, so the cause may lie deeper.
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbException or DbUpdateException)
                return true;
        }

        return false;
    }
}
